/** The service as a process that may die and be started again, as a platform would: same port, same data, same configuration. */
import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { databaseOf } from './engine.ts'
import {
  ACCOUNT,
  AUTH_TOKEN,
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  SECRET,
} from './servers.ts'
import { endWithTest } from './started.ts'

export type ServiceProcess = Readonly<{
  url: string
  /** The process that runs now, or ran last. */
  pid: () => number
  /** Starts it again once it has ended; resolves with how long it took to listen, in ms. */
  start: () => Promise<number>
  /** Ends it as a crash would; resolves when it is gone. */
  kill: () => Promise<void>
  /** Sends SIGTERM; resolves with the exit code. */
  terminate: () => Promise<number | null>
  /** What it wrote to stderr, in all its lives. */
  log: () => string
  /** What `/metrics` says now, as `name{label="value"}` and value. */
  metrics: () => Promise<ReadonlyMap<string, number>>
}>

export type ServiceProcessOptions = Readonly<{
  runtime: RuntimeName
  configFolder: string
  dataFolder: string
  /** Where sessions are opened. */
  modelUrl: string
  variables?: Readonly<Record<string, string>>
  /** What is run instead of `src/main.ts` in the runtime's usual way. */
  command?: readonly string[] | undefined
}>

/** Starts the service; resolves when it listens. */
export const startServiceProcess = async (
  options: ServiceProcessOptions,
): Promise<ServiceProcess> => {
  let log = ''
  const database = await databaseOf(options.dataFolder)
  let child: ChildProcess | undefined
  endWithTest(() => child?.kill('SIGKILL'))
  const start = async (port: number): Promise<Life> => {
    const life = begin(options, database, port)
    child = life.child
    life.child.stderr?.setEncoding('utf8').on('data', (text) => log += text)
    const ready = await Promise.race([life.listening, life.exited])
    if (typeof ready !== 'object' || !ready) throw new Error(`the service ended at once: ${log}`)
    return { ...life, ...ready }
  }
  let life = await start(0)

  return {
    url: life.url,
    pid: () => life.child.pid ?? 0,
    start: async () => {
      const startedAtMs = performance.now()
      life = await start(life.port)
      return performance.now() - startedAtMs
    },
    kill: async () => {
      life.child.kill('SIGKILL')
      await life.exited
    },
    terminate: () => {
      life.child.kill('SIGTERM')
      return life.exited
    },
    log: () => log,
    metrics: () => readMetrics(life.url),
  }
}

type Listening = Readonly<{ url: string; port: number }>
type Life = Listening & Readonly<{ child: ChildProcess; exited: Promise<number | null> }>

const begin = (
  options: ServiceProcessOptions,
  database: Readonly<Record<string, string>>,
  port: number,
) => {
  const usual = [...RUNTIMES[options.runtime], 'src/main.ts']
  const [command, ...flags] = options.command ?? usual
  const child = spawn(command, [...flags, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'info',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: options.modelUrl,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TANDEM_CONFIG: options.configFolder,
      TANDEM_DATA: options.dataFolder,
      TANDEM_OPERATOR_TOKEN: OPERATOR_TOKEN,
      TANDEM_SECRET: SECRET,
      ...database,
      ...options.variables,
    },
  })
  const exited = new Promise<number | null>((resolve) => {
    // One that was asked to end and did so in order says it in two ways on the three runtimes.
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 0 : null)))
    child.on('error', () => resolve(null))
  })
  const listening = new Promise<Listening>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)))
  })
  return { child, exited, listening }
}

const readMetrics = async (url: string): Promise<ReadonlyMap<string, number>> => {
  const response = await fetch(`${url}/metrics`, {
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`/metrics answered ${response.status}: ${text}`)
  return new Map(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
