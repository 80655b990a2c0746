/**
 * One trial: starts the server that is measured, and is all callers and the model of it at once, on one clock, so that what goes
 * in here and comes out there needs no second clock to be timed. Runs on Bun, the cheapest, whoever is measured.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { runtime } from '../../src/runtime/bun.ts'
import { runtimeNames, startUntilStopped } from '../runtimes.ts'
import { PACKET_MS } from '../sockets/traffic.ts'
import { call, type Caller, type CallerOptions } from './caller.ts'
import { type Latency, latencyOf } from './latency.ts'
import { type Model, type Session, startModel } from './model.ts'
import { usageOf } from './process-stat.ts'
import { audioOf, AUTH_TOKEN, commandOf, isWay, numberOf, type Way } from './ways.ts'

/** What came out of a trial. */
export type Trial = Readonly<{
  /** CPU of the server, ms per second and call. */
  cpuMs: number
  /** Of this process, in part of a core: a load that is short of time measures itself. */
  loadCores: number
  /** How much of what it should have sent the load has sent. */
  pace: number
  /** Absent where nothing was on its way. */
  toModel?: Latency | undefined
  toCaller?: Latency | undefined
  /** Audio that went in and did not come out, both directions, in ms. */
  lostMs: number
  /** Resident memory with the calls, less the one without, per call. */
  residentKb: number
}>

const { values } = parseArgs({
  options: {
    way: { type: 'string' },
    runtime: { type: 'string' },
    calls: { type: 'string', default: '50' },
    warmUpMs: { type: 'string', default: '4000' },
    measureMs: { type: 'string', default: '8000' },
    config: { type: 'string', default: '' },
    data: { type: 'string', default: '' },
  },
})

type Pair = { caller: Caller; session: Session }

const main = async (): Promise<void> => {
  const way = isWay(values.way) ? values.way : 'splice'
  const toModel: number[] = []
  const toCaller: number[] = []
  const model = await startModel(runtime, audioOf(way), toCaller)
  const server = await startServer(way, model.url)
  const idle = usageOf(server.pid)
  const pairs: Pair[] = []
  // One after the other: the next session is that of the next call.
  while (pairs.length < Number(values.calls)) {
    pairs.push(
      await openPair(model, {
        runtime,
        url: server.url,
        to: numberOf(way),
        authToken: AUTH_TOKEN,
        number: pairs.length + 1,
        took: toModel,
      }),
    )
  }
  const measured = await converse(pairs, server.pid)
  await passed(DRAIN_MS)
  const lostMs = pairs.reduce((sum, pair) => sum + lostOf(pair), 0)
  if (pairs.some(({ caller }) => caller.wasCutOff())) throw new Error('a call was cut off')
  for (const { caller } of pairs) caller.hangUp()
  await passed(DRAIN_MS)
  await server.stop()
  const trial: Trial = {
    ...measured,
    toModel: latencyOf(toModel),
    toCaller: latencyOf(toCaller),
    lostMs,
    residentKb: (measured.residentKb - idle.residentKb) / pairs.length,
  }
  console.log(JSON.stringify(trial))
  process.exit(0)
}

const DRAIN_MS = 500
const LAST_WORDS_MS = 200

/** Nothing is said before both ends are there. */
const openPair = async (model: Model, options: Omit<CallerOptions, 'hears'>): Promise<Pair> => {
  const ends: Partial<Pair> = {}
  const opening = model.next((ms, atMs) => ends.caller?.voice.arrived(ms, atMs))
  const hears = (ms: number, atMs: number) => ends.session?.voice.arrived(ms, atMs)
  const caller = await call({ ...options, hears })
  const session = await opening
  return Object.assign(ends, { caller, session })
}

const startServer = async (way: Way, modelUrl: string) => {
  const name = runtimeNames.find((each) => each === values.runtime) ?? 'node'
  const folders = { configFolder: values.config, dataFolder: values.data }
  const { command, variables } = commandOf(way, name, { modelUrl, ...folders })
  const { firstLine, pid, stop } = await startUntilStopped(command, variables)
  return { url: `http://127.0.0.1:${JSON.parse(firstLine).port}`, pid, stop }
}

/** Everybody speaks: at first to warm up, then measured. Frames are spread evenly, as those of calls that began at random are. */
const converse = async (pairs: readonly Pair[], pid: number) => {
  const startMs = performance.now()
  const gapMs = PACKET_MS / pairs.length
  let sent = 0
  let isCounted = false
  const timer = setInterval(() => {
    const nowMs = performance.now()
    for (; sent < (nowMs - startMs) / gapMs; sent++) {
      const { caller, session } = pairs[sent % pairs.length]
      caller.frame(isCounted)
      session.play(nowMs, isCounted)
    }
  }, 1)
  await passed(Number(values.warmUpMs))
  const before = { ...usageOf(pid), sent, own: process.cpuUsage(), atMs: performance.now() }
  isCounted = true
  await passed(Number(values.measureMs))
  const tookMs = performance.now() - before.atMs
  const { cpuMs, residentKb } = usageOf(pid)
  const { user, system } = process.cpuUsage(before.own)
  const pace = (sent - before.sent) * gapMs / tookMs
  // Frames that go to the model with the ones after them must not wait for ones that never come.
  isCounted = false
  await passed(LAST_WORDS_MS)
  clearInterval(timer)
  return {
    cpuMs: (cpuMs - before.cpuMs) / (tookMs / 1000 * pairs.length),
    loadCores: (user + system) / 1000 / tookMs,
    pace,
    residentKb,
  }
}

const lostOf = ({ caller, session }: Pair): number =>
  [caller.voice, session.voice].reduce(
    (sum, voice) => sum + Math.max(0, voice.sentMs() - voice.arrivedMs()),
    0,
  )

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

await main()
