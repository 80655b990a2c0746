/** What was said before the end of a process is in the log, however it ended, on each runtime. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import { type RuntimeName, RUNTIMES } from '../support/servers.ts'
import { endWithTest } from '../support/started.ts'

/** Starts the fixture; its log is read from `read` on, so before that what it says has to wait. */
const say = (runtime: RuntimeName, way: 'stop' | 'throw' | 'kill', lines: number) => {
  const [command, ...flags] = [...RUNTIMES[runtime], 'test/runtime/log-fixture.ts']
  const child = spawn(command, [...flags, way, String(lines)], { env: process.env })
  endWithTest(() => child.kill('SIGKILL'))
  let log = ''
  return {
    allSaid: once(child.stdout, 'data'),
    exit: once(child, 'exit'),
    read: async () => {
      child.stderr.setEncoding('utf8').on('data', (text) => log += text)
      await once(child, 'close')
      const said = log.split('\n').filter((line) => line.startsWith('{'))
      return { log, said: said.map((line) => JSON.parse(line)) }
    },
  }
}

const upTo = (lines: number): readonly number[] => Array.from({ length: lines }, (_, at) => at + 1)

const offered = (said: readonly Readonly<{ message: string; number: number }>[]) =>
  said.filter(({ message }) => message === 'call.offered').map(({ number }) => number)

describe.each(['node', 'bun', 'deno'] as const)('the log on %s', (runtime) => {
  // A pipe holds 64 KB, and these are fifteen times as much.
  const MANY = 3_000

  test('has each line in order after an orderly stop, also for a reader who is far behind', async () => {
    const service = say(runtime, 'stop', MANY)
    await service.allSaid
    const { said } = await service.read()
    expect(offered(said)).toEqual(upTo(MANY))
    expect(said.at(-1)).toMatchObject({ message: 'service.stopped' })
    expect(await service.exit).toEqual([0, null])
  })

  test('has each line of a process that was killed', async () => {
    const { said } = await say(runtime, 'kill', 20).read()
    expect(offered(said)).toEqual(upTo(20))
  })

  test('has each line before an error that nobody caught, and the error', async () => {
    const { said, log } = await say(runtime, 'throw', 20).read()
    expect(offered(said)).toEqual(upTo(20))
    expect(log).toMatch(/TypeError: a mistake[\s\S]*log-fixture/)
  })

  test('keeps no process for good that nobody reads', async () => {
    const service = say(runtime, 'stop', MANY)
    expect(await service.exit).toEqual([0, null])
  })
})
