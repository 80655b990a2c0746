/** The service as a process of its own on each runtime, and a built-in model beside it whose behaviour a test chooses. */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { systemClock } from '../../src/clock.ts'
import * as files from '../../src/runtime/files.ts'
import { runtime } from '../../src/runtime/node.ts'
import { placeCall, type SimulatedCall } from '../../src/sim/caller/place-call.ts'
import type { CallOptions } from '../../src/sim/caller/place-call.ts'
import { type Clip, loadClips } from '../../src/sim/model/clips.ts'
import { PARROT, type Scenario } from '../../src/sim/model/scenario.ts'
import { startModelServer } from '../../src/sim/model/server.ts'
import type { VectorStore } from '../../src/sim/model/vector-stores.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import { databaseOf } from './engine.ts'
import { endWithTest } from './started.ts'

/** How each runtime runs the program. */
export const RUNTIMES = {
  bun: ['bun'],
  deno: [
    'deno',
    'run',
    '--no-prompt',
    '--allow-net',
    '--allow-env',
    '--allow-read',
    '--allow-write',
  ],
  node: ['node'],
} as const

export type RuntimeName = keyof typeof RUNTIMES
export const RUNTIME_NAMES: readonly RuntimeName[] = ['bun', 'deno', 'node']

export const AUTH_TOKEN = 'test-auth-token'
export const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
export const OPERATOR_TOKEN = 'test-operator-token'
export const SECRET = 'test-secret'
export const DENTIST = '+15005550006'
export const RESTAURANT = '+15005550009'

/** A call that is refused so often is refused for another reason. */
const MOST_TRIES = 20

export type TestService = Readonly<{
  url: string
  machine: string
  /** A copy of the example configuration that a test may change. */
  configFolder: string
  clips: readonly Clip[]
  /** The sessions that reached the model, in order. */
  sessions: readonly ModelSession[]
  /** The vector stores of the account, by their ids; a test fills them. */
  stores: Map<string, VectorStore>
  /** How the model behaves from the next session on. */
  behave: (scenario: Partial<Scenario>) => void
  call: (options?: Partial<CallOptions>) => SimulatedCall
  /** Places a call that is answered: a busy machine may refuse some before. */
  answered: (options?: Partial<CallOptions>) => Promise<SimulatedCall>
  /** Resolves when calls are taken: a busy machine refuses them until it has recovered. */
  hasRoom: () => Promise<void>
  /** What the service wrote to stderr. */
  log: () => string
  /** Sends SIGTERM; resolves with the exit code. */
  terminate: () => Promise<number | null>
  /** Ends everything that was started. */
  stop: () => Promise<void>
}>

export type TestServiceOptions = Readonly<{
  /** What the model can say and recognises besides the bundled clips. */
  clips?: readonly Clip[]
  /** How the model is to whoever asks for it by a name of its own; `behave` is for the others. */
  scenarioOf?: (model: string) => Scenario | undefined
  /** The text of `tandem.yaml`. */
  serviceFile?: string
}>

/** Starts the service on a runtime with the example customers, and others by their ids; resolves when it listens. */
export const startTestService = async (
  name: RuntimeName,
  variables: Readonly<Record<string, string>> = {},
  customers: Readonly<Record<string, string>> = {},
  { clips: more = [], scenarioOf = () => undefined, serviceFile }: TestServiceOptions = {},
): Promise<TestService> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  const configFolder = join(folder, 'config')
  await cp('config', configFolder, { recursive: true })
  await addHuman(join(configFolder, 'customers', 'bright-smile.yaml'))
  for (const [id, text] of Object.entries(customers)) {
    await writeFile(join(configFolder, 'customers', `${id}.yaml`), text)
  }
  if (serviceFile !== undefined) await writeFile(join(configFolder, 'tandem.yaml'), serviceFile)
  const clips = await loadClips(files)
  const stores = new Map<string, VectorStore>()
  let scenario: Scenario = PARROT
  const model = await startModelServer({
    runtime,
    clock: systemClock,
    hostname: '127.0.0.1',
    port: 0,
    scenario: (_, model) => scenarioOf(model) ?? scenario,
    clips: [...clips, ...more],
    fetch,
    vectorStores: (id) => stores.get(id),
  })

  const dataFolder = variables.TANDEM_DATA ?? join(folder, 'data')
  const database = await databaseOf(dataFolder)
  const [command, ...flags] = RUNTIMES[name]
  const child = spawn(command, [...flags, 'src/main.ts', 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'debug',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      TWILIO_AUTH_TOKEN: `an-older-token, ${AUTH_TOKEN}`,
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TANDEM_CONFIG: configFolder,
      TANDEM_DATA: dataFolder,
      TANDEM_OPERATOR_TOKEN: OPERATOR_TOKEN,
      TANDEM_SECRET: SECRET,
      DRAIN_SOFT_SECONDS: '0',
      DRAIN_HARD_SECONDS: '5',
      ...database,
      ...variables,
    },
  })
  endWithTest(() => child.kill('SIGKILL'))
  const exited = new Promise<number | null>((resolve) => {
    // A child that was killed and still exited in order says so in two ways on the three runtimes.
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGTERM' ? 0 : 1)))
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => log += text)
  const ready = await new Promise<{ url: string; machine: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)))
    exited.then((code) => reject(new Error(`the service ended with ${code}: ${log}`)))
  })

  const countOf = (event: string) => log.split(`"service.${event}"`).length - 1

  const terminate = () => {
    child.kill('SIGTERM')
    return exited
  }
  const call = (options?: Partial<CallOptions>) =>
    placeCall({
      connect: runtime.connect,
      fetch,
      clock: systemClock,
      now: () => new Date(),
      baseUrl: ready.url,
      accountSid: ACCOUNT,
      authToken: AUTH_TOKEN,
      from: '+15550001111',
      to: DENTIST,
      answerDelayMs: 50,
      ...options,
    })
  const hasRoom = () =>
    until(
      'there is room for a call',
      () => countOf('overloaded') === countOf('relieved'),
      30_000,
    )
  const answered = async (options?: Partial<CallOptions>): Promise<SimulatedCall> => {
    for (let tries = 1;; tries++) {
      await hasRoom()
      const placed = call(options)
      const isOn = await placed.started.then(() => true, () => false)
      if (isOn || tries === MOST_TRIES) return placed
      await placed.done
    }
  }
  return {
    ...ready,
    configFolder,
    clips,
    sessions: model.sessions,
    stores,
    behave: (changes) => {
      scenario = { ...PARROT, ...changes }
    },
    call,
    answered,
    hasRoom,
    log: () => log,
    terminate,
    stop: async () => {
      await terminate()
      await model.stop()
      await rm(folder, { recursive: true, force: true })
      // Whatever a test is about: no slow machine explains these.
      const refused = /^.*"code":"store-(?:refused|not-migrated)".*$/m.exec(log)
      if (refused) throw new Error(`what should be kept was not: ${refused[0]}`)
    },
  }
}

/** The dentist of the tests has a human to fall back on. */
const addHuman = async (file: string) => {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('\nfallback:', '\nfallback:\n  dial: "+15005550100"'))
}

/** Waits for something to become true, by looking; rejects with what was waited for. */
export const until = async (
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> => {
  const giveUpAt = performance.now() + limitMs
  while (!await isTrue()) {
    if (performance.now() > giveUpAt) throw new Error(`not in ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
