import { describe, expect, it } from 'vitest'
import { conversationOf } from '../../src/call/conversation.ts'
import type { CallEffect } from '../../src/call/effects.ts'
import type { Happening } from '../../src/call/events.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { RULES } from './rules.ts'

const AGENTS = { main: { ...RULES.agents.main, fillers: { slow: 'One moment.' } } }

/** Tells a call what happens, one thing each ms unless said otherwise. */
const run = (...happenings: readonly (Happening & { atMs?: number })[]) => {
  let state: CallState = startCall({ ...RULES, agents: AGENTS }, 0)
  const effects: CallEffect[] = []
  const ready: readonly Happening[] = [{ type: 'model-ready' }, { type: 'caller-connected' }]
  for (const [at, happening] of [...ready, ...happenings].entries()) {
    const [next, decided] = step(state, { ...happening, atMs: at, ...happening })
    state = next
    effects.push(...decided)
  }
  const quiet = ['report', 'checkpoint', 'mark-playback', 'keep-turn', 'forget-turn']
  return { state, done: effects.filter(({ type }) => !quiet.includes(type)), effects }
}

const started = { type: 'agent-response-started', responseId: 'r1' } as const
const ended = { type: 'agent-response-ended', responseId: 'r1', status: 'completed' } as const
const called = (id: string, name = 'find_table') =>
  ({
    type: 'agent-called-tool',
    responseId: 'r1',
    itemId: `item_${id}`,
    toolCallId: id,
    name,
    given: '{}',
  }) as const
const returned = (toolCallId: string, output = 'free') =>
  ({ type: 'tool-returned', toolCallId, output, failed: false }) as const
const runs = (toolCallId: string, name = 'find_table') =>
  ({ type: 'run-tool', toolCallId, name, given: '{}' }) as const
const returns = (toolCallId: string, output = 'free') =>
  ({ type: 'return-output', toolCallId, output }) as const
const ANSWER = { type: 'request-response', request: { kind: 'results' } } as const

describe('tool calls', () => {
  it('of one response are answered once, after the last of them and after the response', () => {
    const { done } = run(
      started,
      called('a'),
      called('b'),
      returned('b', 'no'),
      ended,
      returned('a', 'yes'),
    )
    expect(done).toEqual([runs('a'), runs('b'), returns('b', 'no'), returns('a', 'yes'), ANSWER])
  })

  it('that are quicker than the response wait for its end', () => {
    const before = run(started, called('a'), returned('a'))
    expect(before.done).toEqual([runs('a'), returns('a')])
    expect(run(started, called('a'), returned('a'), ended).done.at(-1)).toEqual(ANSWER)
  })

  it('that are sent twice are run once', () => {
    expect(run(started, called('a'), called('a')).done).toEqual([runs('a')])
  })

  it('of a response that the caller spoke over are not begun, and the model is told', () => {
    const { done } = run(
      started,
      { type: 'caller-started-speaking', itemId: 'u' },
      called('a'),
    )
    expect(done.at(-1)).toMatchObject({ type: 'return-output', toolCallId: 'a' })
    expect(done).not.toContainEqual(runs('a'))
  })

  it('go on when the caller speaks; what they give is told, and the turn of the caller is answered', () => {
    const { done } = run(
      started,
      called('a'),
      ended,
      { type: 'caller-started-speaking', itemId: 'u' },
      returned('a'),
    )
    expect(done).toEqual([runs('a'), returns('a')])
  })

  it('are answered after what the model says by itself meanwhile', () => {
    const { done } = run(
      started,
      called('a'),
      ended,
      returned('a'),
      { type: 'agent-response-started', responseId: 'r2' },
      {
        type: 'model-complained',
        code: 'conversation_already_has_active_response',
        problem: 'busy',
      },
      { type: 'agent-response-ended', responseId: 'r2', status: 'completed' },
    )
    expect(done).toEqual([runs('a'), returns('a'), ANSWER, ANSWER])
  })

  it('that are forgotten by the caller of `tool-returned` change nothing', () => {
    expect(run(started, returned('never-called')).done).toEqual([])
  })

  it('outlive the session that asked: the next one is told of the call, and of the result when it is there', () => {
    const lost = run(
      started,
      called('a'),
      ended,
      { type: 'model-interrupted', cause: 'close-1006' },
    )
    const known = (state: CallState) => conversationOf(state.transcript, [])
    const call = {
      itemId: 'item_a',
      speaker: 'tool',
      toolCallId: 'a',
      name: 'find_table',
      given: '{}',
    }
    expect(known(lost.state)).toEqual([call])
    const back = run(
      started,
      called('a'),
      ended,
      { type: 'model-interrupted', cause: 'close-1006' },
      returned('a'),
      { type: 'model-ready' },
    )
    expect(known(back.state)).toEqual([{ ...call, output: 'free' }])
    // The output is in what the new session was told, so it is not returned to it again.
    expect(back.done).toEqual([runs('a'), ANSWER])
  })

  it('that returned before a session broke in the middle of its response are answered by the next', () => {
    const { done } = run(
      started,
      called('a'),
      returned('a'),
      { type: 'model-interrupted', cause: 'close-1006' },
      { type: 'model-ready' },
    )
    expect(done).toEqual([runs('a'), returns('a'), ANSWER])
  })

  it('keep the call from being silent, quiet or overdue', () => {
    const { done } = run(
      { type: 'caller-stopped-speaking', itemId: 'u' },
      started,
      called('a'),
      ended,
      { type: 'tick', atMs: 900 },
    )
    expect(done).toEqual([runs('a')])
  })
})

describe('while a tool works', () => {
  const TONE = { type: 'play-hold', ms: 1_000 }

  it('a tone is heard after 1.2 s, and ends where the agent speaks', () => {
    const wait = [started, called('a'), ended] as const
    expect(run(...wait, { type: 'tick', atMs: 1_200 }).done).not.toContainEqual(TONE)
    const { done } = run(
      ...wait,
      { type: 'tick', atMs: 1_204 },
      { type: 'hold-sent', sentMs: 1_000, atMs: 1_204 },
      { type: 'agent-about-to-speak', atMs: 1_700 },
    )
    expect(done.slice(-2)).toEqual([TONE, { type: 'clear-playback' }])
  })

  it('the wait is counted from what was heard last, but a quick tool is waited for in silence', () => {
    const late = [
      { type: 'caller-stopped-speaking', itemId: 'u', atMs: 1_000 },
      { ...started, atMs: 1_900 },
      { ...called('a'), atMs: 2_000 },
    ] as const
    expect(run(...late, { type: 'tick', atMs: 2_399 }).done).not.toContainEqual(TONE)
    expect(run(...late, { type: 'tick', atMs: 2_400 }).done).toContainEqual(TONE)
  })

  it('the tone goes on without a pause until the result is spoken', () => {
    const { done } = run(
      started,
      called('a'),
      ended,
      { type: 'tick', atMs: 1_204 },
      { type: 'hold-sent', sentMs: 1_000, atMs: 1_204 },
      { ...returned('a'), atMs: 1_500 },
      { type: 'tick', atMs: 2_000 },
      { type: 'hold-sent', sentMs: 1_000, atMs: 2_000 },
    )
    expect(done.filter(({ type }) => type === 'play-hold')).toHaveLength(2)
  })

  it('a barge-in ends the tone at once, and none follows while the caller speaks', () => {
    const { done } = run(
      started,
      called('a'),
      ended,
      { type: 'tick', atMs: 1_204 },
      { type: 'hold-sent', sentMs: 1_000, atMs: 1_204 },
      { type: 'caller-started-speaking', itemId: 'u', atMs: 1_400 },
      { type: 'tick', atMs: 3_000 },
    )
    expect(done.slice(-2)).toEqual([TONE, { type: 'clear-playback' }])
  })

  it('no tone is sent behind words that are still to be heard, and none of them is cleared with it', () => {
    const part = { responseId: 'r2', itemId: 'item_r2', contentIndex: 0 } as const
    const speaks = [
      started,
      called('a'),
      ended,
      { type: 'agent-response-started', responseId: 'r2', atMs: 2_000 },
      { type: 'agent-audio-sent', ...part, sentMs: 1_000, modelMs: 1_000, atMs: 2_000 },
      { type: 'agent-audio-ended', ...part, atMs: 2_001 },
      { type: 'tick', atMs: 2_900 },
    ] as const
    expect(run(...speaks).done).not.toContainEqual(TONE)
    const { done, state } = run(
      ...speaks,
      { type: 'hold-sent', sentMs: 1_000, atMs: 2_950 },
      { type: 'agent-about-to-speak', atMs: 2_960 },
    )
    expect(done).not.toContainEqual({ type: 'clear-playback' })
    expect(state).toMatchObject({ holding: false, playback: { items: [{ itemId: 'item_r2' }] } })
  })

  it('words that were heard before the tone are known to be, also when it ends before their mark is back', () => {
    const part = { responseId: 'r2', itemId: 'item_r2', contentIndex: 0 } as const
    const { effects } = run(
      started,
      called('a'),
      ended,
      { type: 'agent-response-started', responseId: 'r2', atMs: 2_000 },
      { type: 'agent-audio-sent', ...part, sentMs: 1_000, modelMs: 990, atMs: 2_000 },
      { type: 'agent-audio-ended', ...part, atMs: 2_001 },
      { type: 'hold-sent', sentMs: 1_000, atMs: 3_250 },
      { type: 'agent-about-to-speak', atMs: 3_300 },
    )
    expect(effects.slice(-2)).toEqual([
      { type: 'clear-playback' },
      { type: 'report', report: { type: 'agent-heard', itemId: 'item_r2', heardMs: 990 } },
    ])
  })

  it('of OpenAI itself a tone is heard, too, and its answer is waited for longer', () => {
    const uses = (stage: 'running' | 'over') =>
      ({ type: 'agent-used-remote-tool', itemId: 'mcp_1', stage }) as const
    const wait = [started, uses('running')] as const
    expect(run(...wait, { type: 'tick', atMs: 1_204 }).done).toEqual([TONE])
    expect(run(...wait, uses('over'), { type: 'tick', atMs: 1_204 }).done).toEqual([])
    const cancels = (atMs: number) =>
      run(...wait, { type: 'tick', atMs }).done.some(({ type }) => type === 'cancel-response')
    expect([cancels(12_000), cancels(30_004)]).toEqual([false, true])
    const lost = run(...wait, { type: 'model-interrupted', cause: 'close-1006' })
    expect(lost.state).toMatchObject({ tools: [], waiting: [{ kind: 'reply' }] })
  })

  it('the agent says what the tool has for that, once, before a tone would come', () => {
    const { done } = run(
      started,
      called('a', 'slow'),
      ended,
      { type: 'tick', atMs: 750 },
      { type: 'tick', atMs: 1_000 },
    )
    expect(done).toEqual([
      runs('a', 'slow'),
      { type: 'request-response', request: { kind: 'exactly', sentence: 'One moment.' } },
    ])
  })

  it('the tone comes all the same when the agent does not', () => {
    const { done } = run(
      started,
      called('a', 'slow'),
      ended,
      { type: 'tick', atMs: 750 },
      { type: 'tick', atMs: 1_700 },
    )
    expect(done.at(-1)).toEqual(TONE)
  })
})
