/** What the first call after a start waits for, beside the tenth: the answer to its webhook, and the first sound of the agent. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/clock.ts'
import { runtime } from '../src/runtime/node.ts'
import { placeCall } from '../src/sim/caller/place-call.ts'
import { loadClips } from '../src/sim/model/clips.ts'
import { PARROT } from '../src/sim/model/scenario.ts'
import { startModelServer } from '../src/sim/model/server.ts'
import * as files from '../src/runtime/files.ts'
import { type RuntimeName, runtimeNames, startUntilStopped } from './runtimes.ts'
import { build, BUILT, variablesIn } from './start.ts'
import { spreadOf, type Table } from './table.ts'

/** In ms: from the webhook to its answer, from the stream's begin to the first sound. */
type Wait = Readonly<{ webhookMs: number; soundMs: number }>

/** Starts the service as often as said, on each runtime, and places ten calls, one after the other, as soon as it listens. */
export const firstCalls = async (rounds: number): Promise<Table> => {
  await build()
  const model = await startModelServer({
    runtime,
    clock: systemClock,
    hostname: '127.0.0.1',
    port: 0,
    scenario: { ...PARROT, connectMs: 0, firstAudioMs: 0 },
    clips: await loadClips(files),
  })
  const rows = []
  for (const name of runtimeNames) {
    const first: Wait[] = []
    const tenth: Wait[] = []
    for (let tries = 1; first.length < rounds; tries++) {
      if (tries > TRIES_MAX) {
        throw new Error(`${name}: the machine is so busy that calls are refused`)
      }
      const waits = await tenCalls(name, model.url)
      if (waits.length < CALLS) continue
      first.push(waits[0])
      tenth.push(waits[CALLS - 1])
    }
    rows.push([
      name,
      ...[first, tenth].map((waits) => spreadOf(waits.map(({ webhookMs }) => webhookMs))),
      ...[first, tenth].map((waits) => spreadOf(waits.map(({ soundMs }) => soundMs))),
    ])
  }
  await model.stop()
  return {
    title: `ms of the first and the tenth call after a start, rounds: ${rounds}`,
    columns: ['runtime', 'webhook, first', 'tenth', 'first sound, first', 'tenth'],
    rows,
  }
}

const tenCalls = async (name: RuntimeName, modelUrl: string): Promise<readonly Wait[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-start-'))
  const variables = { ...variablesIn(folder), OPENAI_BASE_URL: modelUrl }
  const { firstLine, stop } = await startUntilStopped(BUILT[name], variables, 'SIGTERM')
  const { url } = JSON.parse(firstLine)
  const waits: Wait[] = []
  for (let at = 0; at < CALLS; at++) {
    const wait = await callOnce(url).catch(() => undefined)
    if (wait === undefined) break
    waits.push(wait)
  }
  await stop()
  await rm(folder, { recursive: true })
  return waits
}

const CALLS = 10
const TRIES_MAX = 20
/** How long a caller stays on the line. */
const STAY_MS = 700

const callOnce = async (baseUrl: string): Promise<Wait> => {
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
  await call.started
  await new Promise((resolve) => setTimeout(resolve, STAY_MS))
  call.hangUp()
  const { firstAudioAtMs = Number.NaN } = await call.done
  const webhook = call.events.find(({ event }) => event === 'webhook')
  return { webhookMs: webhook?.atMs ?? Number.NaN, soundMs: firstAudioAtMs }
}
