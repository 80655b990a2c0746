/** How long `serve` takes until it listens, as a whole process, from the source and as it is built, beside the least server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstThreadMs } from './bridge/process-stat.ts'
import { run, type RuntimeName, runtimeNames, RUNTIMES, startUntilStopped } from './runtimes.ts'
import { spreadOf, type Table } from './table.ts'

const KINDS = ['nothing', 'server', 'source', 'built'] as const
type Kind = typeof KINDS[number]
type Start = Readonly<{ tookMs: number; threadMs: number }>

/** Starts each by turns, as often as said; the first round fills the caches that runtimes keep and is not counted. */
export const start = async (rounds: number): Promise<readonly Table[]> => {
  await build()
  const folder = await mkdtemp(join(tmpdir(), 'tandem-start-'))
  const results = runtimeNames.map((name) => ({ name, starts: noStarts() }))
  for (let round = 0; round <= rounds; round++) {
    for (const { name, starts } of results) {
      for (const kind of KINDS) {
        const once = await startOnce(name, kind, folder)
        if (round > 0) starts[kind].push(once)
      }
    }
  }
  await rm(folder, { recursive: true })
  const table = (title: string, ms: (start: Start) => number): Table => ({
    title: `${title}, rounds: ${rounds}; median (lowest-highest)`,
    columns: ['runtime', ...KINDS, 'built / server'],
    rows: results.map(({ name, starts }) => [
      name,
      ...KINDS.map((kind) => spreadOf(starts[kind].map(ms))),
      spreadOf(starts.built.map((built, at) => ms(built) / ms(starts.server[at]))),
    ]),
  })
  return [
    table('ms from spawn to the first line', ({ tookMs }) => tookMs),
    table('of these, ms for which its first thread had a core', ({ threadMs }) => threadMs),
  ]
}

const noStarts = (): Readonly<Record<Kind, Start[]>> => ({
  nothing: [],
  server: [],
  source: [],
  built: [],
})

/** Builds what an image runs. */
export const build = async (): Promise<void> => {
  await run(['npm', 'run', '--silent', 'bundle'])
  await run(['npm', 'run', '--silent', 'build'])
}

/** How an image starts the service, but for the permissions of Deno. */
export const BUILT: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: ['node', '--enable-source-maps', 'dist/bundle/main.js', 'serve'],
  bun: ['dist/tandem', 'serve'],
  deno: ['deno', 'run', '--unstable-lazy-dynamic-imports', '-A', 'dist/bundle/main.js', 'serve'],
}

/** What a service is started with; nothing of it is used before the first call. */
export const variablesIn = (folder: string) => ({
  HOST: '127.0.0.1',
  PORT: '0',
  OPENAI_API_KEY: 'sk-bench',
  TWILIO_AUTH_TOKEN: 'bench',
  TANDEM_DATA: folder,
})

const commandOf = (name: RuntimeName, kind: Kind): readonly string[] => {
  switch (kind) {
    case 'nothing':
    case 'server':
      return [...RUNTIMES[name], `bench/start-${kind}.ts`]
    case 'source':
      return [...RUNTIMES[name], 'src/main.ts', 'serve']
    case 'built':
      return BUILT[name]
  }
}

const startOnce = async (name: RuntimeName, kind: Kind, folder: string): Promise<Start> => {
  const signal = kind === 'source' || kind === 'built' ? 'SIGTERM' : undefined
  const startMs = performance.now()
  const { pid, stop } = await startUntilStopped(
    commandOf(name, kind),
    variablesIn(folder),
    signal,
  )
  const tookMs = performance.now() - startMs
  const threadMs = firstThreadMs(pid)
  await stop()
  return { tookMs, threadMs }
}
