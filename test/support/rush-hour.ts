/**
 * Many calls at once with a service that runs as a process of its own. The callers and the model are in here, so that they can
 * be watched, and hurt, from both sides.
 */
import { Buffer } from 'node:buffer'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import * as files from '../../src/runtime/files.ts'
import { hmac } from '../../src/runtime/hmac.ts'
import { runtime } from '../../src/runtime/node.ts'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import type { Line } from '../../src/sim/caller/line.ts'
import { placeCall, type SimulatedCall } from '../../src/sim/caller/place-call.ts'
import { playScript, type ScriptStep } from '../../src/sim/caller/script.ts'
import { type Clip, clipOfText, loadClips } from '../../src/sim/model/clips.ts'
import { PARROT, type Scenario } from '../../src/sim/model/scenario.ts'
import { startModelServer } from '../../src/sim/model/server.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import { atDistance } from './distance.ts'
import { ACCOUNT, AUTH_TOKEN, type RuntimeName, SECRET } from './servers.ts'
import { throughTheLine } from './through-the-line.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'

/** The audio format that a call's session speaks; there is a customer for each. */
export type Audio = 'pcm' | 'pcmu'

const NUMBERS: Readonly<Record<Audio, string>> = { pcm: '+15005550006', pcmu: '+15005550009' }
const GREETINGS: Readonly<Record<Audio, string>> = {
  pcm: 'Thanks for calling Bright Smile. How can I help?',
  pcmu: 'Good evening, Casa do Mar. How can I help you?',
}

/** Somebody who calls. */
export type Caller = Readonly<{
  audio: Audio
  call: SimulatedCall
  /** When the call was placed, on the clock of the process; its events count from here. */
  placedAtMs: number
  /** The sessions that the model had for this call so far, in order. */
  sessions: () => readonly ModelSession[]
  /** The streams that the call had so far, in order, and when each began on the clock of the process. */
  lines: readonly CallerLine[]
}>

export type CallerLine = Readonly<{ line: Line; startedAtMs: number }>

export type RushHour = Readonly<{
  service: ServiceProcess
  dataFolder: string
  clips: readonly Clip[]
  /** How a sentence of the agent sounds on the phone: the very bytes, if nothing is lost or doubled. */
  asHeard: (text: string, audio: Audio) => Uint8Array
  greeting: (audio: Audio) => Uint8Array
  /** How the model behaves from the next session on. */
  behave: (scenario: () => Partial<Scenario>) => void
  /** All sessions so far, in order. */
  sessions: readonly ModelSession[]
  place: (script: readonly ScriptStep[], audio: Audio) => Caller
  /** Starts another process beside the first: the next version, with the same data folder, at a port of its own. */
  startNext: () => Promise<ServiceProcess>
  /** Lets go of the sessions of a call that is over, for those who place calls for hours. */
  forget: (caller: Caller) => void
  /** Ends everything that was started, and leaves nothing behind. */
  stop: () => Promise<void>
}>

export type RushHourOptions = Readonly<{
  runtime: RuntimeName
  variables?: Readonly<Record<string, string>>
  /** What is run instead of `src/main.ts` in the runtime's usual way. */
  command?: readonly string[]
  /** Where callers reach the service, if not at the port of the process. */
  publicUrl?: string
  /** Whether sessions keep all they hear. */
  keepHeard?: boolean
  /** How long a message takes from Twilio to the service, and back. */
  twilioMs?: number
}>

/** A caller who hears nothing for this long hangs up. */
const PATIENCE_MS = 20_000

/** Starts a model and the service; resolves when calls can be placed. */
export const startRushHour = async (options: RushHourOptions): Promise<RushHour> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-rush-'))
  const configFolder = await writeConfig(folder)
  const dataFolder = join(folder, 'data')
  const clips = await loadClips(files)
  const sessions: ModelSession[] = []
  let scenario: () => Partial<Scenario> = () => ({})
  const model = await startModelServer({
    runtime,
    clock: systemClock,
    hostname: '127.0.0.1',
    port: 0,
    scenario: () => ({ ...PARROT, ...scenario() }),
    clips,
    keepHeard: options.keepHeard ?? false,
    onSession: (session) => sessions.push(session),
  })
  const start = () =>
    startServiceProcess({
      runtime: options.runtime,
      configFolder,
      dataFolder,
      modelUrl: model.url,
      variables: {
        ...options.variables,
        ...(options.publicUrl === undefined ? {} : { PUBLIC_URL: options.publicUrl }),
      },
      command: options.command,
    })
  const service = await start()
  let next: ServiceProcess | undefined
  const { twilioMs = 0 } = options
  const connect = twilioMs > 0 ? atDistance(runtime.connect, twilioMs) : runtime.connect
  let callers = 0

  const asHeard = (text: string, audio: Audio): Uint8Array => {
    const clip = clipOfText(clips, text)
    if (!clip) throw new Error(`no clip says ${text}`)
    return throughTheLine(clip, audio)
  }

  return {
    service,
    dataFolder,
    clips,
    sessions,
    asHeard,
    greeting: (audio) => asHeard(GREETINGS[audio], audio),
    behave: (next) => {
      scenario = next
    },
    place: (script, audio) => {
      const from = `+1555${String(++callers).padStart(7, '0')}`
      const known = hmac(SECRET, `caller\n${from}`)
      const lines: CallerLine[] = []
      const follow = playScript(script, { patienceMs: PATIENCE_MS })
      const eachFrame = (line: Line, atMs: number) => {
        if (lines.at(-1)?.line !== line) {
          lines.push({ line, startedAtMs: systemClock.nowMs() - line.nowMs() })
        }
        follow(line, atMs)
      }
      return {
        audio,
        placedAtMs: systemClock.nowMs(),
        lines,
        sessions: () => sessions.filter(({ safetyIdentifier }) => safetyIdentifier === known),
        call: placeCall({
          connect,
          fetch,
          clock: systemClock,
          now: () => new Date(),
          baseUrl: options.publicUrl ?? service.url,
          accountSid: ACCOUNT,
          authToken: AUTH_TOKEN,
          from,
          to: NUMBERS[audio],
          answerDelayMs: 50,
          behaviour: { eachFrame },
        }),
      }
    },
    startNext: async () => next = await start(),
    forget: (caller) => {
      for (const session of caller.sessions()) sessions.splice(sessions.indexOf(session), 1)
    },
    stop: async () => {
      await service.kill()
      await next?.kill()
      await model.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Says each sentence once the agent is silent, presses a key when the last was answered, and hangs up. */
export const conversationOf = (sentences: readonly Int16Array[]): readonly ScriptStep[] => {
  const silent = { after: 'agent-silent', ms: 700 } as const
  return [
    ...sentences.map((say) => ({ ...silent, say })),
    { ...silent, press: '#' },
    { atMs: 0, hangUp: true },
  ]
}

/** Whether a call of `conversationOf` went to its end: every sentence was said, and the last one answered. */
export const wentWell = ({ end }: CallOutcome, { call }: Caller): boolean =>
  end === 'caller-hung-up' &&
  call.events.some((event) => event.event === 'acted' && event.act.event === 'pressed')

/** How often a sound's beginning was heard in a call. */
export const timesHeard = ({ streams }: CallOutcome, sound: Uint8Array): number => {
  const beginning = sound.subarray(0, BEGINNING_BYTES)
  return streams.reduce((times, { heard }) => times + placesOf(beginning, heard).length, 0)
}

/** Half a second is enough to know a sentence by. */
const BEGINNING_BYTES = 4_000

/** Where some bytes are found within others. */
export const placesOf = (part: Uint8Array, whole: Uint8Array): readonly number[] => {
  const buffer = Buffer.from(whole.buffer, whole.byteOffset, whole.length)
  const places: number[] = []
  for (let at = buffer.indexOf(part); at >= 0; at = buffer.indexOf(part, at + 1)) places.push(at)
  return places
}

/** Gives numbers between 0 and 1 that look random and are the same for the same seed (mulberry32). */
export const createRandom = (seed: number): () => number => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const writeConfig = async (folder: string): Promise<string> => {
  const customers = join(folder, 'config', 'customers')
  await mkdir(customers, { recursive: true })
  for (const audio of ['pcm', 'pcmu'] as const) {
    const lines = [
      `customer: Rush ${audio}`,
      `numbers: ["${NUMBERS[audio]}"]`,
      'agent:',
      '  instructions: Be kind.',
      `  greeting: ${GREETINGS[audio]}`,
      `  audio: ${audio}`,
      '  tools: [now]',
    ]
    await writeFile(join(customers, `${audio}.yaml`), `${lines.join('\n')}\n`)
  }
  return join(folder, 'config')
}
