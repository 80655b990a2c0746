/**
 * Hours in minutes: many calls that come and go, lose their model and their stream, and cut in, until the time is over. A service
 * that forgets to let go of something is seen by its memory, by its metrics, or by not ending.
 */
import { readFile } from 'node:fs/promises'
import { systemClock } from '../src/clock.ts'
import type { CallOutcome } from '../src/sim/caller/outcome.ts'
import type { ScriptStep } from '../src/sim/caller/script.ts'
import { clipOfText } from '../src/sim/model/clips.ts'
import { createRandom, type RushHour, startRushHour } from '../test/support/rush-hour.ts'
import type { RuntimeName } from './runtimes.ts'
import type { Table } from './table.ts'

export type SoakOptions = Readonly<{
  runtime: RuntimeName
  minutes: number
  /** How many calls are on at once. */
  calls: number
}>

/** What the process holds, some time after the start. */
type Sample = Readonly<{ atMs: number; residentMib: number }>

const SAMPLE_MS = 5_000
/** The first part of the time is warm-up, in which memory may grow. */
const WARM_UP = 0.2
const SENTENCES = [
  'Yes, please.',
  'Thank you, goodbye.',
  'Wait, can we make it Thursday instead?',
  'Sorry, one more thing. Do you take my insurance?',
]

/** Plays calls for so long, and says what is left after the last; tells of each minute by `progress`. */
export const soak = async (
  options: SoakOptions,
  progress: (line: string) => void,
): Promise<Table> => {
  const variables = { DRAIN_SOFT_SECONDS: '5', DRAIN_HARD_SECONDS: '10' }
  const rush = await startRushHour({ runtime: options.runtime, variables })
  try {
    const endsAtMs = systemClock.nowMs() + options.minutes * 60_000
    const samples: Sample[] = []
    const sampling = sample(rush, endsAtMs, samples, progress)
    const lanes = Array.from(
      { length: options.calls },
      (_, lane) => playLane(rush, lane, options.calls, endsAtMs),
    )
    const outcomes = (await Promise.all(lanes)).flat()
    await sampling
    return tableOf(options, { outcomes, samples, ...await whatIsLeft(rush) })
  } finally {
    await rush.stop()
  }
}

/** One caller after the other; gives how each call ended. */
const playLane = async (
  rush: RushHour,
  lane: number,
  lanes: number,
  endsAtMs: number,
): Promise<readonly CallOutcome['end'][]> => {
  const random = createRandom(lane)
  const ends: CallOutcome['end'][] = []
  // Not all at once, neither now nor later.
  await passed(lane * 10_000 / lanes)
  while (systemClock.nowMs() < endsAtMs) {
    const caller = rush.place(scriptOf(rush, random), lane % 2 === 0 ? 'pcm' : 'pcmu')
    if (random() < 0.3) {
      setTimeout(() => caller.sessions().at(-1)?.tear(), 15_000 * random())
    }
    if (random() < 0.1) setTimeout(() => caller.lines.at(-1)?.line.vanish(), 15_000 * random())
    const { end } = await caller.call.done
    ends.push(end)
    rush.forget(caller)
    // Who hears the busy tone calls again.
    if (end === 'rejected') await passed(2_000)
  }
  return ends
}

/** Between one and four sentences; some callers do not let the agent finish. */
const scriptOf = (rush: RushHour, random: () => number): readonly ScriptStep[] => [
  ...Array.from({ length: 1 + Math.floor(4 * random()) }, (): ScriptStep => {
    const text = SENTENCES[Math.floor(SENTENCES.length * random())]
    const say = clipOfText(rush.clips, text)?.sound.pcm ?? new Int16Array(0)
    return random() < 0.2
      ? { after: 'agent-starts', ms: 600, say }
      : { after: 'agent-silent', ms: 700, say }
  }),
  { after: 'agent-silent', ms: 700, hangUp: true },
]

const sample = async (
  { service }: RushHour,
  endsAtMs: number,
  samples: Sample[],
  progress: (line: string) => void,
): Promise<void> => {
  const startedAtMs = systemClock.nowMs()
  for (let count = 1; systemClock.nowMs() < endsAtMs; count++) {
    await passed(SAMPLE_MS)
    const residentMib = await residentMibOf(service.pid())
    samples.push({ atMs: systemClock.nowMs() - startedAtMs, residentMib })
    if (count % (60_000 / SAMPLE_MS) > 0) continue
    const metrics = await service.metrics()
    progress(
      `minute ${count * SAMPLE_MS / 60_000}: ${residentMib.toFixed(1)} MiB, ` +
        `${metrics.get('tandem_calls_active')} calls`,
    )
  }
}

type Left = Readonly<{
  calls: number
  callerSockets: number
  modelSockets: number
  sessions: number
  /** How long it took to end by itself, once told to, with no call on. */
  endedInMs: number
  exitCode: number | null
}>

/** A process with a timer or a socket left would not end. */
const whatIsLeft = async ({ service, sessions }: RushHour): Promise<Left> => {
  await passed(2_000)
  const metrics = await service.metrics()
  const metric = (name: string) => metrics.get(name) ?? NaN
  const toldAtMs = systemClock.nowMs()
  const exitCode = await service.terminate()
  return {
    calls: metric('tandem_calls_active'),
    callerSockets: metric('tandem_ws_connections{leg="caller"}'),
    modelSockets: metric('tandem_ws_connections{leg="model"}'),
    sessions: sessions.filter((session) => session.isOpen()).length,
    endedInMs: systemClock.nowMs() - toldAtMs,
    exitCode,
  }
}

type Result =
  & Left
  & Readonly<{ outcomes: readonly CallOutcome['end'][]; samples: readonly Sample[] }>

const tableOf = ({ runtime, minutes, calls }: SoakOptions, result: Result): Table => {
  const steady = result.samples.filter(({ atMs }) => atMs > WARM_UP * minutes * 60_000)
  const refused = result.outcomes.filter((end) => end === 'rejected')
  const ended = result.outcomes.filter((end) => end === 'caller-hung-up')
  return {
    title: `${minutes} minutes with ${calls} calls at once on ${runtime}`,
    columns: ['what', ''],
    rows: [
      ['calls', result.outcomes.length],
      ['calls that heard a busy tone, because it was too late', refused.length],
      ['calls that were lost', result.outcomes.length - refused.length - ended.length],
      ['resident MiB after the warm-up', steady[0]?.residentMib ?? NaN],
      ['resident MiB at the end', steady.at(-1)?.residentMib ?? NaN],
      ['slope after the warm-up, MiB a minute', slopeOf(steady) * 60_000],
      ['calls left', result.calls],
      ['sockets of callers left', result.callerSockets],
      ['sockets of the model left', result.modelSockets],
      ['sessions that the model has left', result.sessions],
      ['ms until it had ended by itself', result.endedInMs],
      ['exit code', String(result.exitCode)],
    ],
  }
}

/** By least squares, in MiB a ms. */
const slopeOf = (samples: readonly Sample[]): number => {
  const meanMs = mean(samples.map(({ atMs }) => atMs))
  const meanMib = mean(samples.map(({ residentMib }) => residentMib))
  let product = 0
  let square = 0
  for (const { atMs, residentMib } of samples) {
    product += (atMs - meanMs) * (residentMib - meanMib)
    square += (atMs - meanMs) ** 2
  }
  return product / square
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** By the kernel, which all runtimes must believe. */
const residentMibOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
