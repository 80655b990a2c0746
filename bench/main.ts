/** `npm run bench`: runs one measurement or all of them and prints tables. What they mean is in README.md beside this. */
import { arch, cpus } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { audio } from './audio-table.ts'
import { run, runtimeNames, RUNTIMES } from './runtimes.ts'
import { sockets } from './sockets.ts'
import { type Table, textOf } from './table.ts'

const USAGE = `usage: npm run bench -- [audio] [sockets] [--json]
  --rounds <n>       how often sockets are measured (5)
  --connections <n>  how many at once (100)
  --seconds <n>      how long each time (5)`

const options = {
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  rounds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '5' },
} as const

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const benches: Readonly<Record<string, () => Promise<Table>>> = {
    audio,
    sockets: () =>
      sockets({
        rounds: Number(values.rounds),
        connections: Number(values.connections),
        measureMs: 1000 * Number(values.seconds),
      }, console.error),
  }
  const names = positionals.length > 0 ? positionals : Object.keys(benches)
  if (values.help || names.some((name) => !(name in benches))) {
    console.error(USAGE)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const machine = await describeMachine()
  if (!values.json) console.log(machine)
  const tables: Table[] = []
  for (const name of names) {
    const table = await benches[name]()
    tables.push(table)
    if (!values.json) console.log(`\n${textOf(table)}`)
  }
  if (values.json) console.log(JSON.stringify({ machine, tables }, null, 2))
}

const describeMachine = async (): Promise<string> => {
  const versions = await Promise.all(
    runtimeNames.map((name) => run([RUNTIMES[name][0], '--version'])),
  )
  const runtimes = runtimeNames.map((name, at) => `${name} ${/\d[\d.]*/.exec(versions[at])?.[0]}`)
  return [...runtimes, `${cpus().length} x ${cpus()[0].model}`, arch()].join(', ')
}

await main()
