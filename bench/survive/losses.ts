/** The losses, one function each: what is done to the calls, and what each caller heard of it. */
import { systemClock } from '../../src/clock.ts'
import type { Caller } from '../../test/support/rush-hour.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { lengthOf, longestBetween, silencesOf } from './silences.ts'
import {
  CONNECT_MS,
  FIRST_AUDIO_MS,
  type Gap,
  hangUpAll,
  passed,
  placeCalls,
  said,
  saying,
  type Stage,
  TURN_END_MS,
} from './stage.ts'

/** Has no recording, so it is hummed, for six seconds: longer than it is let go on. */
const ENDLESS = 'and so on '.repeat(10)
const REPLY = 'Yes, we work with most insurance plans. Please bring your card with you.'
const QUESTION = 'Hello, do you have a table for four this Friday at eight?'
const ROUNDS = 6
/** The greeting and the caller's first words, until the agent speaks its first answer. */
const BEGINNING_MS = 7_000
/** How long after a loss its gap is looked for. */
const LOOKED_FOR_MS = 5_000

/**
 * The socket is torn while the agent speaks no faster than it is heard, so next to nothing is queued. The next session goes on: it
 * needs to connect, and to begin.
 */
export const modelLostUnderTheAgent = async (stage: Stage): Promise<readonly Gap[]> => {
  stage.behave(() => saying(ENDLESS, { speed: 1 }))
  const callers = await placeCalls(stage, [yesOnce(stage)])
  await passed(BEGINNING_MS)
  const gaps = await Promise.all(callers.map(async (caller) => {
    const tornAtMs: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await passed(3_000 + 1_000 * stage.random())
      tornAtMs.push(tearNow(caller))
    }
    await passed(3_000)
    const silences = silencesOf(caller.lines)
    return tornAtMs.map((atMs): Gap => {
      const silence = longestBetween(silences, atMs, atMs + 2_500)
      const backAtMs = silence?.toMs ?? atMs
      return {
        heardMs: lengthOf(silence),
        aboveMs: backAtMs - atMs - CONNECT_MS - FIRST_AUDIO_MS,
      }
    })
  }))
  await hangUpAll(callers)
  return gaps.flat()
}

/**
 * The socket is torn while the caller speaks or waits for the answer. The model could have answered when it had heard the end of the
 * turn, and had connected.
 */
export const modelLostUnderTheCaller = async (stage: Stage): Promise<readonly Gap[]> => {
  stage.behave(() => saying('Goodbye.'))
  const question = said(stage, QUESTION)
  const questionMs = speechIn(question).at(-1)?.endMs ?? 0
  const script = Array.from({ length: ROUNDS }, () => ({
    after: 'agent-silent' as const,
    ms: 700,
    say: question,
  }))
  const callers = await placeCalls(stage, script)
  const gaps = await Promise.all(callers.map(async (caller) => {
    const turns: { endsAtMs: number; tornAtMs: number }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const begunAtMs = await beginningOfTurn(caller, round)
      await passed((questionMs + TURN_END_MS) * stage.random())
      turns.push({ endsAtMs: begunAtMs + questionMs, tornAtMs: tearNow(caller) })
    }
    await passed(LOOKED_FOR_MS)
    const silences = silencesOf(caller.lines)
    return turns.map(({ endsAtMs, tornAtMs }): Gap => {
      const silence = longestBetween(silences, endsAtMs, endsAtMs + 100)
      const backAtMs = silence?.toMs ?? Infinity
      const couldMs = Math.max(endsAtMs + TURN_END_MS, tornAtMs + CONNECT_MS) + FIRST_AUDIO_MS
      return { heardMs: backAtMs - endsAtMs, aboveMs: backAtMs - couldMs }
    })
  }))
  await hangUpAll(callers)
  return gaps.flat()
}

/** A session is renewed every few seconds, mostly under the agent's voice. There must be no silence in a reply. */
export const rollover = async (stage: Stage): Promise<readonly Gap[]> => {
  stage.behave(() => saying(REPLY, { maxSessionMs: 6_000 }))
  const script = Array.from({ length: 2 * ROUNDS }, () => yesOnce(stage))
  const callers = await placeCalls(stage, script)
  await passed(BEGINNING_MS)
  const gaps = await Promise.all(callers.map(async (caller) => {
    const swappedAtMs: number[] = []
    for (let round = 0; round < ROUNDS; round++) swappedAtMs.push(await nextSwap(caller))
    await passed(LOOKED_FOR_MS)
    const silences = silencesOf(caller.lines)
    return swappedAtMs.map((atMs): Gap => {
      // Between two replies there is at least the turn of the caller.
      const heardMs = Math.max(
        0,
        ...silences.filter(({ fromMs, toMs }) => toMs > atMs - 500 && fromMs < atMs + 1_500)
          .map(lengthOf).filter((ms) => ms < SHORTEST_TURN_MS),
      )
      return { heardMs, aboveMs: heardMs }
    })
  }))
  await hangUpAll(callers)
  return gaps.flat()
}

const SHORTEST_TURN_MS = 1_000

/** The process is killed under the agent's voice and started again. A new one must listen before anything can be said. */
export const processKilled = async (stage: Stage): Promise<readonly Gap[]> => {
  stage.behave(() => saying(ENDLESS, { speed: 1 }))
  const callers = await placeCalls(stage, [yesOnce(stage)])
  await passed(BEGINNING_MS)
  const killedAtMs = systemClock.nowMs()
  await stage.service.kill()
  await stage.service.start()
  const listeningAtMs = systemClock.nowMs()
  return gapsAcross(callers, killedAtMs, listeningAtMs)
}

const gapsAcross = async (
  callers: readonly Caller[],
  fromMs: number,
  listeningAtMs: number,
): Promise<readonly Gap[]> => {
  await passed(2 * LOOKED_FOR_MS)
  const gaps = callers.map(({ lines }): Gap => {
    const silence = longestBetween(silencesOf(lines), fromMs, listeningAtMs + LOOKED_FOR_MS)
    if (!silence) throw new Error('a caller was not spoken to again')
    const couldMs = listeningAtMs + CONNECT_MS + FIRST_AUDIO_MS
    return { heardMs: lengthOf(silence), aboveMs: silence.toMs - couldMs }
  })
  await hangUpAll(callers)
  return gaps
}

const yesOnce = (stage: Stage) => ({
  after: 'agent-silent' as const,
  ms: 700,
  say: said(stage, 'Yes, please.'),
})

/** Tears the session that a call has now, and gives the moment. */
const tearNow = (caller: Caller): number => {
  const session = caller.sessions().findLast((session) => session.isOpen())
  if (!session) throw new Error('the call has no session that could be torn')
  session.tear()
  return systemClock.nowMs()
}

/** Waits until the caller begins a turn, counted from 0, and gives the moment. */
const beginningOfTurn = async ({ call, lines }: Caller, turn: number): Promise<number> => {
  for (;;) {
    const acts = call.events.flatMap((event) =>
      event.event === 'acted' && event.act.event === 'said' ? [event.act] : []
    )
    if (acts.length > turn) return lines[0].startedAtMs + acts[turn].startMs
    await passed(5)
  }
}

/** Waits until a session of the call gives way to the next one, and gives the moment. */
const nextSwap = async (caller: Caller): Promise<number> => {
  const ended = () => caller.sessions().filter((session) => !session.isOpen()).length
  const before = ended()
  while (ended() === before) await passed(10)
  return systemClock.nowMs()
}
