import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { muLawDecode } from '../../src/audio/g711.ts'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import type { ScriptStep } from '../../src/sim/caller/script.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import {
  type Audio,
  type Caller,
  conversationOf,
  placesOf,
  type RushHour,
  startRushHour,
  wentWell,
} from '../support/rush-hour.ts'
import { type RuntimeName, RUNTIMES, until } from '../support/servers.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]
/** A session of this length is renewed in its second half, and in its last two seconds whatever happens. */
const SESSION_MS = 10_000
const REPLY = 'Yes, we work with most insurance plans. Please bring your card with you.'
const CALLS_OF_A_KIND = 3

describe.each(names)('a rollover on %s that comes', (name) => {
  let rush: RushHour
  let talkers: readonly Ended[]
  let listeners: readonly Ended[]

  beforeAll(async () => {
    rush = await startRushHour({ runtime: name, keepHeard: true })
    rush.behave(() => ({
      connectMs: 300,
      maxSessionMs: SESSION_MS,
      turns: [{ kind: 'response', delayMs: 0, outputs: [{ kind: 'say', text: REPLY }] }],
    }))
    const audios = Array.from({ length: CALLS_OF_A_KIND }, () => ['pcm', 'pcmu'] as const).flat()
    const talking = audios.map((audio) => rush.place(talkerScript(), audio))
    const listening = audios.map((audio) =>
      rush.place(conversationOf([said('Yes, please.')]), audio)
    )
    await until('each call has its first session', () => rush.sessions.length === 2 * audios.length)
    // The sessions that follow are as long as any.
    rush.behave(() => ({ connectMs: 300 }))
    const ended = (caller: Caller) => caller.call.done.then((outcome) => ({ caller, outcome }))
    talkers = await Promise.all(talking.map(ended))
    listeners = await Promise.all(listening.map(ended))
  })
  afterAll(() => rush.stop())

  it('comes once in each call, while somebody speaks, and is not noticed', () => {
    for (const { caller, outcome } of [...talkers, ...listeners]) {
      expect(wentWell(outcome, caller)).toBe(true)
      expect(outcome.warnings).toEqual([])
      expect(caller.sessions()).toHaveLength(2)
    }
    expect(renewals()).toEqual(talkers.concat(listeners).map(() => true))
  })

  it('while the caller speaks: both sessions heard an unbroken piece, sample for sample', () => {
    for (const { caller, outcome } of of('pcmu', talkers)) {
      const [first, second] = caller.sessions().map(heardBy)
      const said = phoneSound(outcome)
      expect(isSame(first, said.subarray(0, first.length))).toBe(true)
      const from = offsetOf(second, said)
      expect(isSame(second, said.subarray(from, from + second.length))).toBe(true)
      // It begins before the turn, and where the first had not stopped listening.
      expect(from / 8).toBeLessThan(speechIn(said)[0].startMs)
      expect(from).toBeLessThan(first.length)
    }
  })

  it('while the caller speaks: the turn is as long as it was, in either format', () => {
    for (const { caller, outcome } of talkers) {
      const [, second] = caller.sessions()
      const [turn] = speechIn(phoneSound(outcome))
      const [heard] = speechIn(heardBy(second))
      expect(Math.abs(heard.endMs - heard.startMs - (turn.endMs - turn.startMs)))
        .toBeLessThanOrEqual(20)
    }
  })

  it('while the agent speaks: the reply is heard to its last frame, and once', () => {
    for (const { caller, outcome } of listeners) {
      const [{ heard }] = outcome.streams
      expect(placesOf(rush.asHeard(REPLY, caller.audio), heard)).toHaveLength(1)
      expect(outcome.clears).toEqual([])
    }
  })

  const said = (text: string) => clipOfText(rush.clips, text)?.sound.pcm ?? new Int16Array(0)

  /** Speaks for six seconds without a pause, from the fourth to the tenth. */
  const talkerScript = (): readonly ScriptStep[] => {
    const table = said('Hello, do you have a table for four this Friday at eight?')
    const insurance = said('Sorry, one more thing. Do you take my insurance?')
    return conversationOf([Int16Array.of(...table, ...insurance)])
  }

  const renewals = () =>
    rush.service.log().split('\n').filter((line) => line.includes('call.model-renewed'))
      .map((line) => JSON.parse(line).isForced)
})

type Ended = Readonly<{ caller: Caller; outcome: CallOutcome }>

const of = (audio: Audio, calls: readonly Ended[]) =>
  calls.filter(({ caller }) => caller.audio === audio)

/** What the caller sent, in samples. */
const phoneSound = ({ streams: [{ said }] }: CallOutcome): Int16Array => {
  const pcm = new Int16Array(said.length)
  muLawDecode(said, pcm)
  return pcm
}

/** What a session heard, in samples of the phone. */
const heardBy = (session: ModelSession): Int16Array => {
  const { sampleRateHz, pcm } = session.heard()
  return sampleRateHz === 8000 ? pcm : pcm.filter((_, at) => at % 3 === 0)
}

/** Where a piece of sound begins in another, by the first tenth of a second in it that is not silence. */
const offsetOf = (part: Int16Array, whole: Int16Array): number => {
  const loud = part.findIndex((sample) => sample !== 0)
  const sign = part.subarray(loud, loud + 800)
  for (let at = loud; at + sign.length <= whole.length; at++) {
    if (sign.every((sample, offset) => sample === whole[at + offset])) return at - loud
  }
  throw new Error('it is not in there')
}

/** Sample for sample; not by `toEqual`, which would write half a million numbers down. */
const isSame = (one: Int16Array, other: Int16Array): boolean =>
  one.length === other.length && one.every((sample, at) => sample === other[at])
