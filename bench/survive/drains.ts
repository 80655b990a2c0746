/**
 * What a caller hears of a deploy. A call is handed over when nobody speaks, so what is looked at is not when somebody speaks again
 * but how long the caller is off the line: on no stream, and without the tone that asks to hold it.
 */
import { systemClock } from '../../src/clock.ts'
import { openFrontDoor } from '../../test/support/front-door.ts'
import type { Caller, RushHourOptions } from '../../test/support/rush-hour.ts'
import {
  type Gap,
  hangUpAll,
  onStage,
  passed,
  placeCalls,
  said,
  saying,
  type Stage,
} from './stage.ts'

export type DrainOptions = RushHourOptions & Readonly<{ calls: number }>

const REPLY = 'Yes, we work with most insurance plans. Please bring your card with you.'
/** The greeting, the caller's first words and the first answer. */
const BEGINNING_MS = 7_000
/** How long it may take until everybody is on the line again, the hold tone included. */
const BACK_MS = 12_000

/** The next process is up, and the address leads to it, before this one is told to stop. */
export const drainedToTheNext = async (options: DrainOptions): Promise<readonly Gap[]> => {
  const door = await openFrontDoor()
  try {
    return await onStage({ ...options, publicUrl: door.url }, async (stage) => {
      door.leadTo(portOf(stage.service.url))
      const callers = await conversations(stage)
      const next = await stage.startNext()
      const exited = stage.service.terminate()
      door.leadTo(portOf(next.url))
      inOrder(await exited)
      return await gapsOf(callers, 0)
    })
  } finally {
    await door.close()
  }
}

/** The next process is started when this one has ended, as on a single machine. */
export const drainedToNobody = (options: DrainOptions): Promise<readonly Gap[]> =>
  onStage(options, async (stage) => {
    const callers = await conversations(stage)
    inOrder(await stage.service.terminate())
    await stage.service.start()
    return await gapsOf(callers, systemClock.nowMs())
  })

const conversations = async (stage: Stage): Promise<readonly Caller[]> => {
  stage.behave(() => saying(REPLY))
  const yes = { after: 'agent-silent' as const, ms: 700, say: said(stage, 'Yes, please.') }
  const callers = await placeCalls(stage, [yes])
  await passed(BEGINNING_MS)
  return callers
}

const inOrder = (exitCode: number | null): void => {
  if (exitCode !== 0) throw new Error(`the service ended with ${exitCode}`)
}

/** `heardMs`: off the line at a stretch; `aboveMs`: on a stream again after that could have been. */
const gapsOf = async (
  callers: readonly Caller[],
  listeningAtMs: number,
): Promise<readonly Gap[]> => {
  await passed(BACK_MS)
  const gaps = callers.map(({ call, lines, placedAtMs }): Gap => {
    const [first, second] = lines
    if (!second) throw new Error('a call was not handed over, or not taken up')
    const endedAtMs = first.startedAtMs + first.line.nowMs()
    const tones = call.events.flatMap((event) =>
      event.event === 'playing'
        ? [{ fromMs: placedAtMs + event.atMs, toMs: placedAtMs + event.atMs + event.ms }]
        : []
    )
    return {
      heardMs: longestWithout(tones, endedAtMs, second.startedAtMs),
      aboveMs: second.startedAtMs - Math.max(endedAtMs, listeningAtMs),
    }
  })
  await hangUpAll(callers)
  return gaps
}

type Stretch = Readonly<{ fromMs: number; toMs: number }>

const longestWithout = (tones: readonly Stretch[], fromMs: number, toMs: number): number => {
  const ends = [fromMs, ...tones.map((tone) => tone.toMs)]
  const beginnings = [...tones.map((tone) => tone.fromMs), toMs]
  return Math.max(...ends.map((endMs, at) => beginnings[at] - endMs))
}

const portOf = (url: string): number => Number(new URL(url).port)
