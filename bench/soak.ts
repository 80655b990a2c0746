/**
 * Hours in minutes: many calls that come and go, lose their model and their stream, and cut in, until the time is over. A service
 * that forgets to let go of something is seen by what is alive in it after its garbage was collected, by its metrics and by its timers.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '../src/clock.ts'
import type { CallOutcome } from '../src/sim/caller/outcome.ts'
import type { ScriptStep } from '../src/sim/caller/script.ts'
import { clipOfText } from '../src/sim/model/clips.ts'
import { createRandom, type RushHour, startRushHour } from '../test/support/rush-hour.ts'
import type { RuntimeName } from './runtimes.ts'
import { askMemory, MEASURED, type Memory } from './soak/memory.ts'
import { isGrowing, type Point, type Slope, slopeOf } from './soak/slope.ts'
import type { Table } from './table.ts'

export type SoakOptions = Readonly<{
  runtime: RuntimeName
  minutes: number
  /** How many calls are on at once. */
  calls: number
  /** How many short calls there are before. */
  shortCalls: number
}>

/** What the process holds, some time after the start. */
type Sample = Readonly<{ atMs: number }> & Memory

type Ends = readonly CallOutcome['end'][]

const SAMPLE_MS = 20_000
/** The first part of the time is warm-up, in which memory may grow: code is compiled, and calls reach their usual age. */
const WARM_UP = 0.25
/**
 * Enough short calls before the first sample that what is remembered of calls that have ended is full: of the latest 1,000 how they
 * ended, of the latest 200 all that was reported.
 */
export const FILLING_CALLS = 1_100
const FILLING_LANES = 10
const FILLING_SAMPLE_CALLS = 1_000
const MIB = 1024 * 1024
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
  const folder = await mkdtemp(join(tmpdir(), 'tandem-soak-'))
  const file = join(folder, 'memory.json')
  const variables = { DRAIN_SOFT_SECONDS: '5', DRAIN_HARD_SECONDS: '10', SOAK_FILE: file }
  const command = MEASURED[options.runtime]
  const rush = await startRushHour({ runtime: options.runtime, variables, command })
  const ask = () => askMemory(rush.service.pid(), file)
  try {
    const { timers } = await ask()
    const afterShort = await fill(rush, ask, options.shortCalls, progress)
    const { liveBytes: liveBefore } = await ask()
    const endsAtMs = systemClock.nowMs() + options.minutes * 60_000
    const samples: Sample[] = []
    const lateness = monitorEventLoopDelay({ resolution: 5 })
    lateness.enable()
    const sampling = sample(rush, ask, endsAtMs, samples, progress)
    const lanes = Array.from(
      { length: options.calls },
      (_, lane) => playLane(rush, lane, options.calls, endsAtMs),
    )
    const ends = (await Promise.all(lanes)).flat()
    await sampling
    const loadLateMs = lateness.percentile(99) / 1e6
    const left = await whatIsLeft(rush, ask, timers)
    return tableOf(options, { ends, samples, afterShort, loadLateMs, liveBefore, ...left })
  } finally {
    await rush.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Callers who hang up when they hear the greeting; gives what the process holds after each thousand. */
const fill = async (
  rush: RushHour,
  ask: () => Promise<Memory>,
  calls: number,
  progress: (line: string) => void,
): Promise<readonly Memory[]> => {
  const startedAtMs = systemClock.nowMs()
  const samples: Memory[] = []
  let left = calls
  let over = 0
  const lane = async () => {
    while (left > 0) {
      left -= 1
      const caller = rush.place([{ after: 'agent-starts', ms: 0, hangUp: true }], 'pcmu')
      const { end } = await caller.call.done
      rush.forget(caller)
      if (end === 'rejected') {
        left += 1
        await passed(500)
      } else if (++over % FILLING_SAMPLE_CALLS === 0) samples.push(await ask())
    }
  }
  await Promise.all(Array.from({ length: FILLING_LANES }, lane))
  const tookS = (systemClock.nowMs() - startedAtMs) / 1000
  progress(`${calls} short calls in ${tookS.toFixed(0)} s`)
  return samples
}

/** One caller after the other; gives how each call ended. */
const playLane = async (
  rush: RushHour,
  lane: number,
  lanes: number,
  endsAtMs: number,
): Promise<Ends> => {
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
  ask: () => Promise<Memory>,
  endsAtMs: number,
  samples: Sample[],
  progress: (line: string) => void,
): Promise<void> => {
  const startedAtMs = systemClock.nowMs()
  for (let count = 1; systemClock.nowMs() < endsAtMs; count++) {
    await passed(startedAtMs + count * SAMPLE_MS - systemClock.nowMs())
    const memory = await ask()
    samples.push({ atMs: systemClock.nowMs() - startedAtMs, ...memory })
    if (count % (60_000 / SAMPLE_MS) > 0) continue
    const metrics = await service.metrics()
    progress(
      `minute ${count * SAMPLE_MS / 60_000}: ${mib(memory.liveBytes)} MiB alive, ` +
        `${mib(memory.residentBytes)} resident, ${memory.timers} timers, ` +
        `${metrics.get('tandem_calls_active')} calls`,
    )
  }
}

type Left = Readonly<{
  calls: number
  callerSockets: number
  modelSockets: number
  sessions: number
  /** Timers that are set, less those before the first call. */
  timers: number
  liveBytes: number
  exitCode: number | null
}>

/** Looks when the last call has been over for longer than the store takes to write that down. */
const whatIsLeft = async (
  { service, sessions }: RushHour,
  ask: () => Promise<Memory>,
  timersBefore: number,
): Promise<Left> => {
  await passed(5_000)
  const metrics = await service.metrics()
  const metric = (name: string) => metrics.get(name) ?? NaN
  const { timers, liveBytes } = await ask()
  return {
    calls: metric('tandem_calls_active'),
    callerSockets: metric('tandem_ws_connections{leg="caller"}'),
    modelSockets: metric('tandem_ws_connections{leg="model"}'),
    sessions: sessions.filter((session) => session.isOpen()).length,
    timers: timers - timersBefore,
    liveBytes,
    exitCode: await service.terminate(),
  }
}

type Result =
  & Left
  & Readonly<{
    ends: Ends
    samples: readonly Sample[]
    /** What it held after each thousand short calls. */
    afterShort: readonly Memory[]
    loadLateMs: number
    /** What was alive before the first of the calls, after the short ones. */
    liveBefore: number
  }>

const tableOf = ({ runtime, minutes, calls }: SoakOptions, result: Result): Table => {
  const { ends, samples } = result
  const steady = samples.filter(({ atMs }) => atMs > WARM_UP * minutes * 60_000)
  const live = slopeOf(pointsOf(steady, 'liveBytes'))
  const refused = ends.filter((end) => end === 'rejected')
  const ended = ends.filter((end) => end === 'caller-hung-up')
  return {
    title: `${minutes} minutes with ${calls} calls at once on ${runtime}`,
    columns: ['what', ''],
    rows: [
      ['calls', ends.length],
      ['calls that heard a busy tone, because it was too late', refused.length],
      ['calls that were lost', ends.length - refused.length - ended.length],
      ['MiB resident after each thousand short calls', residents(result.afterShort)],
      ['MiB alive before the calls, after the short ones', mib(result.liveBefore)],
      ['MiB alive with the calls, each other minute', alive(eachOtherMinute(samples))],
      ['slope of it after the warm-up, MiB a minute', slopeText(live)],
      ['flat, or falling', isGrowing(live) ? 'no' : 'yes'],
      ['MiB resident with the calls, each other minute', residents(eachOtherMinute(samples))],
      ['slope of resident MiB a minute', slopeText(slopeOf(pointsOf(steady, 'residentBytes')))],
      ['MiB alive when all calls had ended', mib(result.liveBytes)],
      ['calls left', result.calls],
      ['sockets of callers left', result.callerSockets],
      ['sockets of the model left', result.modelSockets],
      ['sessions that the model has left', result.sessions],
      ['timers left', result.timers],
      ['exit code', String(result.exitCode)],
      ['ms that the load was late, p99', result.loadLateMs],
    ],
  }
}

const pointsOf = (
  samples: readonly Sample[],
  name: 'liveBytes' | 'residentBytes',
): readonly Point[] => samples.map(({ atMs, [name]: bytes }) => ({ atMs, value: bytes / MIB }))

const slopeText = ({ aMinute, margin }: Slope): string =>
  `${aMinute.toFixed(3)} ± ${margin.toFixed(3)}`

const eachOtherMinute = (samples: readonly Sample[]): readonly Sample[] =>
  samples.filter((_, at) => (at + 1) % (120_000 / SAMPLE_MS) === 0)

const alive = (samples: readonly Memory[]): string =>
  samples.map(({ liveBytes }) => mib(liveBytes)).join(', ')

const residents = (samples: readonly Memory[]): string =>
  samples.map(({ residentBytes }) => mib(residentBytes)).join(', ')

const mib = (bytes: number): string => (bytes / MIB).toFixed(1)

const passed = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
