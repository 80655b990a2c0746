import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import {
  DENTIST,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'
import { fixture, page, serveWeb } from './web.ts'

const LIBRARY = '+15005550023'
const FERRY = '+15005550024'
const MUSEUM = '+15005550025'
const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('knowledge on %s', (name) => {
  let service: TestService

  beforeAll(async () => {
    service = await startTestService(name, {}, {
      library: fileOf(LIBRARY, '  - vectorStore: vs_123\n'),
    })
    await writeFile(
      join(service.configFolder, 'tandem.yaml'),
      'network: { allowPrivate: [127.0.0.0/8] }\n',
    )
  })
  afterAll(() => service.stop())

  /** What the model is told when it looks something up for the caller. */
  const found = async (to: string, query: string): Promise<string> => {
    service.behave(parseScenario(
      `voice: script
turns:
  - { call: search_knowledge, arguments: { query: ${query} } }
  - say: That is all I know.
`,
      'search.yaml',
    ))
    const call = await service.answered({ to })
    call.say(clipOfText(service.clips, 'Yes, please.')?.sound.pcm ?? new Int16Array(0))
    const outputs = () =>
      service.sessions[service.sessions.length - 1].items().flatMap((item) =>
        item.type === 'function_call_output' ? [item.output] : []
      )
    await until('the model has its answer', () => outputs().length > 0)
    call.hangUp()
    await call.done
    service.behave({})
    return outputs()[0]
  }

  /** What the model is told to be in the next call. */
  const instructions = async (to: string = DENTIST): Promise<string> => {
    const before = service.sessions.length
    const call = await service.answered({ to })
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
    expect(await found(DENTIST, 'what does treatment 321 cost')).toBe(
      '[treatments.md > Treatment 321]\nIt costs 321 euros.',
    )
  })

  it('in a vector store is asked there, and the model told which file it is from', async () => {
    service.stores.set('vs_123', [
      { filename: 'rules.md', text: 'Dogs may not come in.' },
      { filename: 'hours.md', text: 'Open from nine to six.' },
    ])
    expect(await found(LIBRARY, 'may dogs come in')).toBe('[rules.md]\nDogs may not come in.')
    expect(await found(LIBRARY, 'parking')).toMatch(/^Nothing was found\./)
  })

  it('in a vector store that fails, or takes too long, is told to be out of reach', async () => {
    service.stores.set('vs_123', { status: 500 })
    expect(await found(LIBRARY, 'dogs')).toBe(OUT_OF_REACH)
    await expect.poll(service.log, { timeout: 5_000 }).toMatch(
      /knowledge\.store-failed.*"problem":"HTTP 500"/,
    )
    service.stores.set('vs_123', 'hangs')
    expect(await found(LIBRARY, 'dogs')).toBe(OUT_OF_REACH)
  })

  it('of a page is fetched again, and kept as it was when the page is away', async () => {
    let text = 'The ferry costs 12 euros.'
    let status = 200
    const { url } = await serveWeb({
      '/ferry': () => new Response(text, { status, headers: { 'content-type': 'text/plain' } }),
    })
    const times = (event: string) => service.log().split(`"knowledge.${event}"`).length - 1
    /** Another interval makes a page be fetched at once. */
    const want = async (refresh: string, event: string) => {
      const before = times(event)
      await writeFile(
        join(service.configFolder, 'customers', 'ferry.yaml'),
        fileOf(FERRY, `  - url: ${url}/ferry\n    refresh: ${refresh}\n`),
      )
      await until(`${event} after ${refresh}`, () => times(event) > before)
    }
    await want('6h', 'page-fetched')
    expect(await instructions(FERRY)).toContain('The ferry costs 12 euros.')
    text = 'The ferry costs 14 euros.'
    await want('5h', 'page-fetched')
    expect(await instructions(FERRY)).toContain('The ferry costs 14 euros.')
    status = 503
    await want('4h', 'page-not-fetched')
    await expect.poll(service.log, { timeout: 5_000 }).toMatch(
      /page-not-fetched.*"problem":"HTTP 503","keepsText":true/,
    )
    expect(await instructions(FERRY)).toContain('The ferry costs 14 euros.')
    expect(await found(FERRY, 'ferry')).toContain('The ferry costs 14 euros.')
  })

  it('of a page that never came is told to be out of reach', async () => {
    const { url } = await serveWeb({})
    await writeFile(
      join(service.configFolder, 'customers', 'museum.yaml'),
      fileOf(MUSEUM, `  - url: ${url}/museum\n`),
    )
    await until('the page is missed', () => service.log().includes(`${url}/museum`))
    await expect.poll(service.log, { timeout: 5_000 }).toMatch(
      /museum","problem":"HTTP 404","keepsText":false/,
    )
    expect(await found(MUSEUM, 'tickets')).toBe(OUT_OF_REACH)
  })
})

const OUT_OF_REACH = 'The knowledge cannot be searched right now.'

const fileOf = (line: string, knowledge: string): string =>
  `customer: Library
numbers: ["${line}"]
agent:
  instructions: You answer the phone.
knowledge:
${knowledge}`
