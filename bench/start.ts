/** How long `serve` takes until it listens, as a whole process, beside the runtime that starts and does nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usageOf } from './bridge/process-stat.ts'
import { type RuntimeName, runtimeNames, RUNTIMES, startUntilStopped } from './runtimes.ts'
import { spreadOf, type Table } from './table.ts'

type Start = Readonly<{ tookMs: number; cpuMs: number }>

/** Starts each by turns, as often as said; the first round fills the caches that runtimes keep and is not counted. */
export const start = async (rounds: number): Promise<Table> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-start-'))
  const results = runtimeNames.map((name) => ({
    name,
    bare: new Array<Start>(),
    serve: new Array<Start>(),
  }))
  for (let round = 0; round <= rounds; round++) {
    for (const { name, bare, serve } of results) {
      const nothing = await startOnce([...RUNTIMES[name], 'bench/start-nothing.ts'], folder)
      const service = await startOnce(commandOf(name), folder)
      if (round === 0) continue
      bare.push(nothing)
      serve.push(service)
    }
  }
  await rm(folder, { recursive: true })
  return {
    title: `ms from spawn to the first line, rounds: ${rounds}; median (lowest-highest)`,
    columns: ['runtime', 'nothing', 'serve', 'serve / nothing', 'CPU ms of serve'],
    rows: results.map(({ name, bare, serve }) => [
      name,
      spreadOf(bare.map(({ tookMs }) => tookMs)),
      spreadOf(serve.map(({ tookMs }) => tookMs)),
      spreadOf(serve.map(({ tookMs }, at) => tookMs / bare[at].tookMs)),
      spreadOf(serve.map(({ cpuMs }) => cpuMs)),
    ]),
  }
}

const commandOf = (name: RuntimeName): readonly string[] => [
  ...RUNTIMES[name],
  'bench/bridge/tandem.ts',
  'serve',
  '--json',
]

const startOnce = async (command: readonly string[], folder: string): Promise<Start> => {
  const startMs = performance.now()
  const { pid, stop } = await startUntilStopped(command, {
    HOST: '127.0.0.1',
    PORT: '0',
    OPENAI_API_KEY: 'sk-bench',
    TWILIO_AUTH_TOKEN: 'bench',
    TANDEM_DATA: folder,
  })
  const tookMs = performance.now() - startMs
  const { cpuMs } = usageOf(pid)
  await stop()
  return { tookMs, cpuMs }
}
