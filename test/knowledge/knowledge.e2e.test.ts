import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import {
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'
import { fixture, page, serveWeb } from './web.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('knowledge on %s', (name) => {
  let service: TestService

  beforeAll(async () => {
    service = await startTestService(name)
  })
  afterAll(() => service.stop())

  /** A call that is answered: reading the first PDF is work enough for a busy machine to refuse one for a moment. */
  const answered = async () => {
    for (;;) {
      const call = service.call()
      const isOn = await call.started.then(() => true, () => false)
      if (isOn) return call
      await call.done
    }
  }

  /** What the model is told to be in the next call. */
  const instructions = async (): Promise<string> => {
    const before = service.sessions.length
    const call = await answered()
    await until('a session is open', () => service.sessions.length > before)
    const session = service.sessions[service.sessions.length - 1]
    await until('it is told what to be', () => session.settings().instructions !== '')
    call.hangUp()
    await call.done
    return session.settings().instructions
  }

  it('is read while calls go on: files of each kind, and a page that the service file allows', async () => {
    const faq = new TextDecoder().decode(await fixture('faq.html'))
    const { url } = await serveWeb({ '/faq': () => page(faq) })
    const customers = join(service.configFolder, 'customers')
    for (const file of ['prices.pdf', 'treatments.csv']) {
      await writeFile(join(customers, 'bright-smile', file), await fixture(file))
    }
    await writeFile(
      join(service.configFolder, 'tandem.yaml'),
      'network: { allowPrivate: [127.0.0.0/8] }\n',
    )
    const path = join(customers, 'bright-smile.yaml')
    const text = await readFile(path, 'utf8')
    await writeFile(
      path,
      text.replace(
        '\nknowledge:\n',
        `
knowledge:
  - file: bright-smile/prices.pdf
  - file: bright-smile/treatments.csv
  - url: ${url}/faq
`,
      ),
    )
    await until('the page is there', () => service.log().includes('knowledge.page-fetched'))
    const told = await instructions()
    expect(told).toContain('\n\n# Knowledge\n\nBright Smile Dental: prices 2026')
    expect(told).toContain('A titanium implant with its crown costs 1,250 euros.')
    expect(told).toContain(
      'Treatment: Night guard; Price: 180,00 €; Minutes: 30; Remark: two visits',
    )
    expect(told).toContain('Behind the house, in Rua Nova 12. The first hour is free.')
    expect(told).toContain('## Treatments and prices')
  })

  it('is searched when the model asks, and the model told what was found and where', async () => {
    const price = (at: number) => `## Treatment ${at}\n\nIt costs ${at} euros.\n`
    const customers = join(service.configFolder, 'customers')
    const prices = Array.from({ length: 1000 }, (_, at) => price(at)).join('\n')
    await writeFile(join(customers, 'bright-smile', 'treatments.md'), prices)
    const told = async () => (await instructions()).includes('There is more in treatments.md.')
    await until('the list is too long to be told', told, 30_000)
    service.behave(parseScenario(
      `voice: script
turns:
  - call: search_knowledge
    arguments: { query: what does treatment 321 cost }
  - say: It costs 321 euros.
`,
      'search.yaml',
    ))
    const call = await answered()
    call.say(clipOfText(service.clips, 'Yes, please.')?.sound.pcm ?? new Int16Array(0))
    const outputs = () =>
      service.sessions[service.sessions.length - 1].items().flatMap((item) =>
        item.type === 'function_call_output' ? [item.output] : []
      )
    await until('the model has its answer', () => outputs().length > 0)
    expect(outputs()).toEqual(['[treatments.md > Treatment 321]\nIt costs 321 euros.'])
    call.hangUp()
    await call.done
    service.behave({})
  })
})
