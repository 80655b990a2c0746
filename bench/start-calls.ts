/** What the first call after a start waits for, beside the fifth: the answer to its webhook, and the first sound of the agent. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/clock.ts'
import { runtime } from '../src/runtime/node.ts'
import type { Line } from '../src/sim/caller/line.ts'
import { placeCall } from '../src/sim/caller/place-call.ts'
import { loadClips } from '../src/sim/model/clips.ts'
import { PARROT } from '../src/sim/model/scenario.ts'
import { startModelServer } from '../src/sim/model/server.ts'
import * as files from '../src/runtime/files.ts'
import { firstThreadMs } from './bridge/process-stat.ts'
import { type RuntimeName, runtimeNames, startUntilStopped } from './runtimes.ts'
import { build, BUILT, variablesIn } from './start.ts'
import { spreadOf, type Table } from './table.ts'

/**
 * In ms: from the webhook to its answer, from the stream's begin to the first sound; and for how long the service's first thread had
 * a core from the webhook on, until the sound was sent, which others on the machine change little.
 */
type Wait = Readonly<{ webhookMs: number; soundMs: number; threadMs: number }>

/** Starts the service as often as said, on each runtime, and calls it as soon as it listens, and four times more, one after the other. */
export const firstCalls = async (
  rounds: number,
  say: (text: string) => void,
): Promise<Table> => {
  await build()
  const model = await startModelServer({
    runtime,
    clock: systemClock,
    hostname: '127.0.0.1',
    port: 0,
    scenario: { ...PARROT, connectMs: 0, firstAudioMs: 0 },
    clips: await loadClips(files),
  })
  const results = runtimeNames.map((name) => ({ name, pairs: new Array<Pair>(), refused: 0 }))
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const result of results) {
        const { pair, refused } = await firstAndLast(result.name, model.url)
        result.refused += refused
        result.pairs.push(pair)
        say(
          `round ${round}: ${result.name} ${
            pair.map(({ soundMs }) => soundMs.toFixed(0)).join(' ms, then ')
          } ms`,
        )
      }
    }
  } finally {
    await model.stop()
  }
  return {
    title: `ms of the first and the fifth call after a start, rounds: ${rounds}`,
    columns: [
      'runtime',
      'webhook, first',
      'fifth',
      'first sound, first',
      'fifth',
      'core of the first thread, first',
      'fifth',
      'starts refused the first',
    ],
    rows: results.map(({ name, pairs, refused }) => [
      name,
      ...(['webhookMs', 'soundMs', 'threadMs'] as const).flatMap((what) =>
        [0, 1].map((at) => spreadOf(pairs.map((pair) => pair[at][what])))
      ),
      String(refused),
    ]),
  }
}

/** The first call and the last. */
type Pair = readonly [Wait, Wait]

const CALLS = 5
/** A machine that is so busy that the service refuses its first call is asked again, by another start. */
const STARTS_MAX = 10
/** A later call that is refused is placed again, when the loop may have caught up. */
const TRIES_MAX = 20
const PAUSE_MS = 1_000
/** How long the first sound may take at most. */
const CALL_MS = 15_000
/** How long a caller stays on the line after the first sound. */
const STAY_MS = 100

const firstAndLast = async (
  name: RuntimeName,
  modelUrl: string,
): Promise<Readonly<{ pair: Pair; refused: number }>> => {
  for (let refused = 0; refused < STARTS_MAX; refused++) {
    const pair = await startAndCall(name, modelUrl)
    if (pair !== undefined) return { pair, refused }
  }
  throw new Error(`${name}: the first call was refused by ${STARTS_MAX} starts`)
}

/** Starts the service and calls; undefined if the first call is refused. */
const startAndCall = async (name: RuntimeName, modelUrl: string): Promise<Pair | undefined> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-start-'))
  const variables = { ...variablesIn(folder), OPENAI_BASE_URL: modelUrl }
  const { firstLine, pid, stop } = await startUntilStopped(BUILT[name], variables, 'SIGTERM')
  try {
    const { url } = JSON.parse(firstLine)
    const first = await callOnce(url, pid)
    let last = first
    for (let at = 1; last !== undefined && at < CALLS; at++) last = await callUntilTaken(url, pid)
    return first && last && [first, last]
  } finally {
    await stop()
    await rm(folder, { recursive: true })
  }
}

const callUntilTaken = async (url: string, pid: number): Promise<Wait> => {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const wait = await callOnce(url, pid)
    if (wait !== undefined) return wait
    await pause(PAUSE_MS)
  }
  throw new Error(`a call was refused ${TRIES_MAX} times`)
}

/** Calls and hangs up when the agent was heard; undefined if the call is refused. */
const callOnce = async (baseUrl: string, pid: number): Promise<Wait | undefined> => {
  const before = firstThreadMs(pid)
  const call = placeCall({
    connect: runtime.connect,
    fetch,
    clock: systemClock,
    now: () => new Date(),
    baseUrl,
    accountSid: `AC${'0'.repeat(32)}`,
    authToken: 'bench',
    from: '+15005550001',
    to: '+15005550006',
  })
  const line = await call.started.catch(() => undefined)
  const isHeard = line !== undefined && await untilHeard(line)
  const threadMs = firstThreadMs(pid) - before
  if (isHeard) await pause(STAY_MS)
  call.hangUp()
  const { firstAudioAtMs } = await call.done
  const webhook = call.events.find(({ event }) => event === 'webhook')
  if (firstAudioAtMs === undefined || webhook === undefined) return undefined
  return { webhookMs: webhook.atMs, soundMs: firstAudioAtMs, threadMs }
}

const untilHeard = async (line: Line): Promise<boolean> => {
  while (line.playedBytes() === 0 && line.nowMs() < CALL_MS) await pause(LOOK_EVERY_MS)
  return line.playedBytes() > 0
}

const LOOK_EVERY_MS = 10
