/** A real call on each runtime keeps its event log, and is decided the same by the program of that runtime and of another. */
import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { partsOf } from '../replay/logged-call.ts'
import { type RuntimeName, RUNTIMES, startTestService, until } from '../support/servers.ts'

const LINE = '+15005550198'
const CUSTOMER = `customer: Logged
numbers: ["${LINE}"]
agent: { instructions: You answer the phone., greeting: Thanks for calling. How can I help you today? }
record: { events: true }
`

const names = Object.keys(RUNTIMES) as RuntimeName[]

/** Runs the program on a runtime; resolves with its exit code and what it wrote. */
const run = (name: RuntimeName, dataFolder: string, typed: readonly string[]) => {
  const [command, ...flags] = RUNTIMES[name]
  const env = { ...process.env, TANDEM_DATA: dataFolder }
  return new Promise<Readonly<{ code: number | string | null | undefined; out: string }>>(
    (resolve) => {
      execFile(
        command,
        [...flags, 'src/main.ts', ...typed],
        { env },
        (error, out) => resolve({ code: error ? error.code : 0, out }),
      )
    },
  )
}

describe.each(names)('on %s', (name) => {
  test('a call in which the caller cuts in is replayed, and nothing is decided otherwise', async () => {
    const service = await startTestService(name, {}, { logged: CUSTOMER })
    try {
      await service.hasRoom()
      const call = service.call({ to: LINE })
      const line = await call.started
      await until('the greeting is heard', () => line.record().playedMs > 800)
      line.say(service.clips[0].sound.pcm)
      await until('the caller has cut in', () => service.log().includes('call.barged-in'))
      const answers = () => service.log().split('call.agent-speaking').length - 1
      await until('the caller is answered', () => answers() === 2)
      call.hangUp()
      const { callSid } = await call.done
      const dataFolder = join(service.configFolder, '..', 'data')
      const path = join(dataFolder, 'events', 'logged', `${callSid}.jsonl`)
      const text = () => readFile(path, 'utf8').catch(() => '')
      await until('the log is whole', async () => (await text()).includes('"end":"whole"'))
      const [part] = partsOf(await text())
      expect(JSON.stringify(part.events)).toContain('"type":"truncate-item"')
      expect((await stat(path)).mode & 0o777).toBe(0o600)

      for (const other of [name, names[(names.indexOf(name) + 1) % names.length]]) {
        const { code, out } = await run(other, dataFolder, ['replay', callSid, '--json'])
        expect([code, JSON.parse(out)]).toMatchObject([0, { callSid, differences: [] }])
      }
    } finally {
      await service.stop()
    }
  })
})
