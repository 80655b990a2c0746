/** `npm run bench`: runs one measurement or all of them and prints tables. What they mean is in README.md beside this. */
import { arch, cpus, loadavg } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { audio } from './audio-table.ts'
import { bridge } from './bridge.ts'
import { WAYS } from './bridge/ways.ts'
import { knowledge } from './knowledge.ts'
import { lane } from './lane-table.ts'
import { ENGINES, record } from './record.ts'
import { run, runtimeNames, RUNTIMES } from './runtimes.ts'
import { FILLING_CALLS, soak } from './soak.ts'
import { sockets } from './sockets.ts'
import { firstCalls } from './start-calls.ts'
import { start } from './start.ts'
import { survive } from './survive.ts'
import { type Table, textOf } from './table.ts'

const USAGE =
  `usage: npm run bench -- [audio] [knowledge] [lane] [start] [first] [sockets] [bridge] [survive] [record] [soak] [--json]
  --rounds <n>       how often start, first, sockets and bridge are measured (5)
  --connections <n>  sockets: how many at once (100)
  --calls <n,n>      bridge: how many at once (1,50,200,500)
  --seconds <n>      how long each time (5)
  --warmup <n>       bridge: how long before that (4)
  --ways <way,way>   bridge: some of them (all)
  --quick            bridge: 50 calls, one round, under three minutes
  --lines <n>        record: how many lines of transcript (1000000)
  --engines <a,b>    record: some of ${ENGINES} (all)
  --runtime <name>   bridge and survive (all of them), soak (node)
  --minutes <n>      soak: how long (10); it is not run unasked
  --at-once <n>      soak: how many calls (50)
  --short <n>        soak: how many short calls before (${FILLING_CALLS})`

const options = {
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  quick: { type: 'boolean' },
  rounds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '100' },
  calls: { type: 'string', default: '1,50,200,500' },
  seconds: { type: 'string', default: '5' },
  warmup: { type: 'string', default: '4' },
  ways: { type: 'string', default: WAYS.join() },
  runtime: { type: 'string' },
  minutes: { type: 'string', default: '10' },
  'at-once': { type: 'string', default: '50' },
  short: { type: 'string', default: String(FILLING_CALLS) },
  lines: { type: 'string', default: '1000000' },
  engines: { type: 'string', default: ENGINES.join() },
} as const

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const rounds = Number(values.rounds)
  const measureMs = 1000 * Number(values.seconds)
  const ways = WAYS.filter((way) => values.ways.split(',').includes(way))
  const warmUpMs = 1000 * Number(values.warmup)
  const calls = values.calls.split(',').map(Number)
  const engines = ENGINES.filter((engine) => values.engines.split(',').includes(engine))
  const thorough = { rounds, measureMs, warmUpMs, calls, ways }
  const quick = { rounds: 1, measureMs: 4000, warmUpMs: 2500, calls: [50], ways }
  const runtime = runtimeNames.find((name) => name === values.runtime)
  const runtimes = runtime ? [runtime] : runtimeNames
  const benches: Readonly<Record<string, () => Promise<readonly Table[]>>> = {
    audio: async () => [await audio()],
    knowledge: async () => [await knowledge()],
    lane: async () => [await lane()],
    start: () => start(rounds),
    first: async () => [await firstCalls(rounds, console.error)],
    sockets: async () => [
      await sockets(
        { rounds, connections: Number(values.connections), measureMs },
        console.error,
      ),
    ],
    bridge: () => bridge({ ...(values.quick ? quick : thorough), runtimes }, console.error),
    survive: async () => [
      await survive({ runtimes, calls: 20 }, console.error),
    ],
    record: () => record({ lines: Number(values.lines), engines }, console.error),
    soak: async () => [
      await soak(
        {
          runtime: runtime ?? 'node',
          calls: Number(values['at-once']),
          minutes: Number(values.minutes),
          shortCalls: Number(values.short),
        },
        console.error,
      ),
    ],
  }
  const unasked = Object.keys(benches).filter((name) => name !== 'soak')
  const names = positionals.length > 0 ? positionals : unasked
  const isUnknown = names.some((name) => !(name in benches)) || (values.runtime && !runtime)
  if (values.help || isUnknown) {
    console.error(USAGE)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const machine = await describeMachine()
  if (!values.json) console.log(machine)
  const tables: Table[] = []
  for (const name of names) {
    for (const table of await benches[name]()) {
      tables.push(table)
      if (!values.json) console.log(`\n${textOf(table)}`)
    }
  }
  if (values.json) console.log(JSON.stringify({ machine, tables }, null, 2))
}

const describeMachine = async (): Promise<string> => {
  const versions = await Promise.all(
    runtimeNames.map((name) => run([RUNTIMES[name][0], '--version'])),
  )
  const runtimes = runtimeNames.map((name, at) => `${name} ${/\d[\d.]*/.exec(versions[at])?.[0]}`)
  const busy = `load ${loadavg()[0].toFixed(1)} before`
  return [...runtimes, `${cpus().length} x ${cpus()[0].model}`, arch(), busy].join(', ')
}

// Told to stop, it ends as it would by itself, and takes with it what it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
await main()
