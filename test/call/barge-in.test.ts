import { describe, expect, it } from 'vitest'
import type { CallEffect } from '../../src/call/effects.ts'
import type { Happening } from '../../src/call/events.ts'
import { type CallState, isWanted, startCall } from '../../src/call/state.ts'
import { pieceMs } from '../../src/call/playback.ts'
import { step } from '../../src/call/step.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createPhoneLine, type PhoneLineOptions } from '../support/phone-line.ts'
import { response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

type LineSettings = Partial<Omit<PhoneLineOptions, 'clock' | 'echo'>> & {
  greeting?: string
  /** How long nobody speaks when the line has opened. */
  quietMs?: number
}

/** A call whose line is open, joined to a phone that knows what was heard. */
const talk = (settings: LineSettings = {}) => {
  const { downMs = 4, upMs = 3, startLagMs = 0, quietMs = 200, greeting } = settings
  const clock = createFakeClock()
  const effects: CallEffect[] = []
  let state: CallState = startCall(
    { ...RULES, greeting },
    clock.nowMs(),
  )
  const phone = createPhoneLine({
    ...settings,
    clock,
    downMs,
    upMs,
    startLagMs,
    echo: (name) => tell({ type: 'mark-echoed', name }),
  })

  const tell = (happening: Happening) => {
    const [next, decided] = step(state, { ...happening, atMs: clock.nowMs() })
    state = next
    effects.push(...decided)
    for (const effect of decided) {
      if (effect.type === 'clear-playback') phone.clear()
      if (effect.type === 'mark-playback') phone.mark(effect.name)
    }
  }

  const pieceOf = (state: CallState) =>
    state.phase === 'talking' ? pieceMs(state.playback, clock.nowMs()) : Infinity

  /** The model generates `ms` of an item in deltas, one every `everyMs`. */
  const say = (
    responseId: string,
    itemId: string,
    ms: number,
    deltaMs: number,
    everyMs: number,
  ) => {
    const part = { responseId, itemId, contentIndex: 0 }
    for (let left = ms; left > 0; left -= deltaMs) {
      const lengthMs = Math.min(deltaMs, left)
      if (isWanted(state, responseId)) {
        for (let unsentMs = lengthMs; unsentMs > 0;) {
          const sentMs = Math.min(unsentMs, pieceOf(state))
          phone.play(itemId, sentMs)
          tell({ type: 'agent-audio-sent', ...part, sentMs, modelMs: sentMs })
          unsentMs -= sentMs
        }
      } else tell({ type: 'agent-audio-refused', ...part })
      clock.advance(everyMs)
    }
    if (isWanted(state, responseId)) tell({ type: 'agent-audio-ended', ...part })
  }

  const start = (responseId: string) => tell({ type: 'agent-response-started', responseId })
  const done = (responseId: string) =>
    tell({ type: 'agent-response-ended', responseId, status: 'completed' })

  const bargeIn = () => {
    effects.length = 0
    tell({ type: 'caller-started-speaking', itemId: 'item_caller' })
    const order = effects.map(({ type }) => type)
      .filter((type) => type !== 'report' && type !== 'keep-turn')
    clock.advance(downMs)
    return order
  }

  const truncations = () =>
    effects.flatMap((effect) =>
      effect.type === 'truncate-item' ? [[effect.itemId, effect.audioEndMs] as const] : []
    )

  tell({ type: 'model-ready' })
  tell({ type: 'caller-connected' })
  clock.advance(quietMs)
  return { clock, phone, effects, tell, say, start, done, bargeIn, truncations, state: () => state }
}

type Talk = ReturnType<typeof talk>

const expectTruth = ({ truncations, phone }: Talk, itemIds: string[]) => {
  expect(truncations().map(([itemId]) => itemId)).toEqual(itemIds)
  for (const [itemId, audioEndMs] of truncations()) {
    expect(Math.abs(audioEndMs - phone.heardMs(itemId)), itemId).toBeLessThanOrEqual(5)
  }
}

const LINES: [string, LineSettings][] = [
  ['a line without delay', { downMs: 0, upMs: 0 }],
  ['a line to the next region', { downMs: 12, upMs: 15 }],
  ['a phone that takes a while to begin', { downMs: 5, upMs: 5, startLagMs: 60 }],
  ['a line whose echoes are late', { downMs: 2, upMs: 2, echoJitterMs: [9, 0, 31, 14, 2, 45] }],
]

describe.each(LINES)('a truncation on %s', (_, line) => {
  describe.each([20, 100, 500])('with deltas of %d ms', (deltaMs) => {
    it('says what was heard of the first reply', () => {
      const call = talk(line)
      call.start('resp_1')
      // Five times faster than it is heard: six seconds are generated, one and a bit is heard.
      call.say('resp_1', 'item_1', 6_000, deltaMs, deltaMs / 5)
      call.done('resp_1')
      call.clock.advance(37)
      expect(call.bargeIn()).toEqual(['clear-playback', 'truncate-item'])
      expectTruth(call, ['item_1'])
    })

    it('says what was heard of a reply after one that was heard to its end', () => {
      const call = talk(line)
      call.start('resp_1')
      call.say('resp_1', 'item_1', 1_300, deltaMs, deltaMs / 5)
      call.done('resp_1')
      call.clock.advance(4_000)
      call.start('resp_2')
      call.say('resp_2', 'item_2', 5_000, deltaMs, deltaMs / 5)
      call.done('resp_2')
      call.clock.advance(633)
      call.bargeIn()
      expectTruth(call, ['item_2'])
    })

    it('says what was heard of the n-th reply, each spoken over', () => {
      const call = talk(line)
      for (let n = 1; n <= 6; n++) {
        call.start(`resp_${n}`)
        call.say(`resp_${n}`, `item_${n}`, 3_000, deltaMs, deltaMs / 6)
        call.done(`resp_${n}`)
        call.clock.advance(101 * n)
        call.bargeIn()
        expectTruth(call, [`item_${n}`])
        call.tell({ type: 'caller-stopped-speaking', itemId: 'item_caller' })
        call.clock.advance(700)
      }
    })

    it('leaves an item alone that was heard whole, and cuts the one after it', () => {
      const call = talk(line)
      call.start('resp_1')
      call.say('resp_1', 'item_1', 1_000, deltaMs, deltaMs / 10)
      call.say('resp_1', 'item_2', 4_000, deltaMs, deltaMs / 10)
      call.done('resp_1')
      call.clock.advance(1_450)
      call.bargeIn()
      expectTruth(call, ['item_2'])
      expect(call.phone.heardMs('item_1')).toBe(1_000)
    })

    it('cuts an item that was never begun at 0', () => {
      const call = talk(line)
      call.start('resp_1')
      call.say('resp_1', 'item_1', 2_000, deltaMs, deltaMs / 10)
      call.say('resp_1', 'item_2', 2_000, deltaMs, deltaMs / 10)
      call.done('resp_1')
      call.clock.advance(300)
      call.bargeIn()
      expectTruth(call, ['item_1', 'item_2'])
      expect(call.truncations()[1]).toEqual(['item_2', 0])
    })

    it.each([95, 190])('says what was heard of a reply that began %d ms ago', (sinceMs) => {
      const call = talk(line)
      call.start('resp_1')
      call.say('resp_1', 'item_1', 1_000, deltaMs, deltaMs / 5)
      call.done('resp_1')
      call.clock.advance(3_000)
      call.start('resp_2')
      call.say('resp_2', 'item_2', 500, deltaMs, 0)
      call.clock.advance(sinceMs)
      call.bargeIn()
      expectTruth(call, ['item_2'])
    })

    it('is right when the model is slower than the voice and the phone runs dry between deltas', () => {
      const call = talk(line)
      call.start('resp_1')
      call.say('resp_1', 'item_1', 1_000, deltaMs, deltaMs * 1.3)
      call.say('resp_1', 'item_2', 3_000, deltaMs, deltaMs / 5)
      call.clock.advance(250)
      call.bargeIn()
      expectTruth(call, ['item_2'])
    })
  })
})

describe('a barge-in into a greeting that was sent as the line opened', () => {
  it.each([120, 200, 280, 400])('knows after %d ms what was heard, however far away', (sinceMs) => {
    const call = talk({ downMs: 51, upMs: 51, quietMs: 0 })
    call.start('resp_1')
    call.say('resp_1', 'item_1', 2_000, 100, 0)
    call.clock.advance(sinceMs)
    call.bargeIn()
    expectTruth(call, ['item_1'])
  })
})

describe('a barge-in', () => {
  it('stops a response that is still generated, and clears first', () => {
    const call = talk()
    call.start('resp_1')
    call.say('resp_1', 'item_1', 1_000, 100, 20)
    expect(call.bargeIn()).toEqual(['clear-playback', 'cancel-response', 'truncate-item'])
  })

  it('changes nothing when the agent was heard to its end', () => {
    const call = talk()
    call.start('resp_1')
    call.say('resp_1', 'item_1', 1_000, 100, 20)
    call.done('resp_1')
    call.clock.advance(2_000)
    expect(call.bargeIn()).toEqual([])
  })

  it('changes nothing before the agent has said a word', () => {
    expect(talk().bargeIn()).toEqual([])
  })

  it('stops a response that has not been heard yet, without clearing', () => {
    const call = talk()
    call.start('resp_1')
    expect(call.bargeIn()).toEqual(['cancel-response'])
  })

  it('drops late deltas of the cancelled response and tells the model once that they were not heard', () => {
    const call = talk()
    call.start('resp_1')
    call.say('resp_1', 'item_1', 400, 100, 10)
    call.bargeIn()
    call.effects.length = 0
    call.say('resp_1', 'item_1', 300, 100, 10)
    call.say('resp_1', 'item_2', 300, 100, 10)
    call.tell({ type: 'agent-response-ended', responseId: 'resp_1', status: 'cancelled' })
    call.say('resp_1', 'item_2', 100, 100, 10)
    expect(call.truncations()).toEqual([['item_2', 0]])
    expect(isWanted(call.state(), 'resp_1')).toBe(false)
    expect(isWanted(call.state(), 'resp_2')).toBe(true)
  })

  it('leaves nothing of words that have come without a sound', () => {
    const r = response('r1')
    const { state, reports } = runCall(
      {},
      { type: 'caller-stopped-speaking', itemId: 'u1', atMs: 100 },
      r.started,
      r.says('Of course.'),
      { type: 'caller-started-speaking', itemId: 'u2' },
      r.says(' Tuesday is free.'),
    )
    expect(state.transcript).toMatchObject([{ itemId: 'item_r1', text: '', final: true }])
    expect(reports.findLast(({ type }) => type === 'line'))
      .toMatchObject({ line: { itemId: 'item_r1', text: '', heardMs: 0 } })
  })

  it('is not answered by what it has stopped, however the response then ends', () => {
    const r = response('r1')
    const over = (status: 'failed' | 'incomplete', reason: string) =>
      runCall(
        {},
        r.started,
        r.says('Of course.'),
        r.sends(2_000),
        { type: 'caller-started-speaking', itemId: 'u' },
        { type: 'agent-response-ended', responseId: 'r1', status, reason },
      )
    for (
      const { done, state } of [
        over('failed', 'server_error'),
        over('incomplete', 'content_filter'),
      ]
    ) {
      expect(done.at(-1)).toMatchObject({ type: 'truncate-item' })
      expect(state).toMatchObject({ response: { is: 'free' }, failures: 0 })
    }
  })

  it('is kept for the next session although what it has stopped was complete, where no words are written down', () => {
    const r = response('r1')
    const { state } = runCall(
      { isTranscribed: false },
      r.started,
      r.sends(2_000),
      { type: 'caller-started-speaking', itemId: 'u' },
      r.ends,
    )
    expect(state).toMatchObject({ unwritten: ['u'] })
  })

  it('does not take the echoes of cleared marks for playback', () => {
    const call = talk({ downMs: 30, upMs: 30 })
    call.start('resp_1')
    call.say('resp_1', 'item_1', 3_000, 200, 10)
    call.done('resp_1')
    call.bargeIn()
    call.tell({ type: 'caller-stopped-speaking', itemId: 'item_caller' })
    call.start('resp_2')
    // The echoes of what was cleared come in while the next reply is being sent.
    call.say('resp_2', 'item_2', 3_000, 200, 10)
    call.done('resp_2')
    call.clock.advance(480)
    call.bargeIn()
    expectTruth(call, ['item_2'])
  })

  it('refuses a greeting that starts after the caller has begun to speak', () => {
    const call = talk({ greeting: 'Hello' })
    call.bargeIn()
    call.effects.length = 0
    call.start('resp_1')
    expect(call.effects).toEqual([{ type: 'cancel-response', responseId: 'resp_1' }])
    expect(isWanted(call.state(), 'resp_1')).toBe(false)
  })

  it('reports what was heard, what was not, and the line as it was heard', () => {
    const call = talk({ downMs: 0, upMs: 0 })
    call.start('resp_1')
    const part = { responseId: 'resp_1', itemId: 'item_1', contentIndex: 0 }
    call.tell({ type: 'agent-words', ...part, text: 'one two three four', final: true })
    call.say('resp_1', 'item_1', 2_000, 500, 125)
    call.done('resp_1')
    call.clock.advance(500)
    call.bargeIn()
    const reports = call.effects.flatMap((effect) =>
      effect.type === 'report' ? [effect.report] : []
    )
    expect(reports).toMatchObject([
      {
        type: 'barged-in',
        heardMs: 1_000,
        unheardMs: 1_000,
        cut: [{ itemId: 'item_1', heardMs: 1_000, sentMs: 2_000 }],
      },
      { type: 'line', line: { text: 'one two', heardMs: 1_000 } },
      { type: 'caller-speaking' },
    ])
  })
})

it('a sentence that was heard to its end is known to be, also when the caller speaks before its mark is back', () => {
  const { started, says, sends, audioEnds, ends } = response('r1')
  const { reports } = runCall(
    {},
    started,
    says('Of course.'),
    { ...sends(500), atMs: 100 },
    audioEnds,
    ends,
    { type: 'caller-started-speaking', itemId: 'u', atMs: 700 },
  )
  expect(reports).toContainEqual({ type: 'agent-heard', itemId: 'item_r1', heardMs: 500 })
  expect(reports).toContainEqual({ type: 'barged-in', heardMs: 500, unheardMs: 0, cut: [] })
})
