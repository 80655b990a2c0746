import { describe, expect, test } from 'vitest'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import type { SpokenLine } from '../../src/call/transcript.ts'
import { createLiveTranscript } from '../../src/cli/live-transcript.ts'

const line = (changes: Partial<SpokenLine> & Pick<SpokenLine, 'itemId' | 'speaker'>) => ({
  text: '',
  final: true,
  atMs: 0,
  ...changes,
})

const takeAll = (...entries: readonly FeedEntry[]) => {
  const transcript = createLiveTranscript()
  return { shown: entries.flatMap(transcript.take), lines: transcript.lines() }
}

describe('the live transcript', () => {
  test('shows the beginning and the end', () => {
    const { shown } = takeAll(
      { type: 'model-ready', atMs: 312, afterMs: 312 },
      { type: 'caller-connected', atMs: 420, afterMs: 420, epoch: 1 },
      { type: 'key-pressed', atMs: 5_000, digit: '#' },
      { type: 'ended', atMs: 63_120, reason: 'caller-hung-up', durationMs: 63_120 },
    )
    expect(shown).toEqual([
      '    0.31 s          the model is ready',
      '    0.42 s          the line is open',
      '    5.00 s  caller  [#]',
      '    63.1 s          ended: caller-hung-up',
    ])
  })

  test('shows what two humans say', () => {
    const { shown } = takeAll(
      {
        type: 'line',
        atMs: 3_100,
        line: { itemId: 'a', speaker: 'human', text: 'Shall I?', final: true, atMs: 1_000 },
      },
      {
        type: 'line',
        atMs: 4_200,
        line: { itemId: 'b', speaker: 'caller', text: 'Yes.', final: true, atMs: 3_000 },
      },
      { type: 'ended', atMs: 9_000, reason: 'call-ended', lines: 2, droppedMs: 0 },
    )
    expect(shown).toEqual([
      '    3.10 s  human   Shall I?',
      '    4.20 s  caller  Yes.',
      '    9.00 s          ended: call-ended',
    ])
  })

  test('says why a call ended that should not have', () => {
    const { shown } = takeAll(
      { type: 'ended', atMs: 10, reason: 'model-unreachable', cause: 'http-401', durationMs: 10 },
    )
    expect(shown).toEqual(['    0.01 s          ended: model-unreachable (http-401)'])
  })

  test('shows what the caller said once, when it is final', () => {
    const said = line({ itemId: 'i1', speaker: 'caller', text: 'Yes, please.', atMs: 900 })
    const { shown } = takeAll(
      { type: 'line', atMs: 1_000, line: { ...said, text: 'Yes', final: false } },
      { type: 'line', atMs: 1_200, line: said },
      { type: 'line', atMs: 1_300, line: said },
    )
    expect(shown).toEqual(['    1.20 s  caller  Yes, please.'])
  })

  test('shows what the agent said when it was heard, not when it was made', () => {
    const said = line({ itemId: 'i1', speaker: 'agent', text: 'Is there anything else?' })
    const transcript = createLiveTranscript()
    expect(transcript.take({ type: 'line', atMs: 1_000, line: said })).toEqual([])
    expect(transcript.take({ type: 'agent-heard', atMs: 2_500, itemId: 'i1', heardMs: 1_500 }))
      .toEqual(['    2.50 s  agent   Is there anything else?'])
  })

  test('shows a sentence that was cut as far as it was heard', () => {
    const said = line({ itemId: 'i1', speaker: 'agent', text: 'Yes, we work', heardMs: 700 })
    const { shown } = takeAll(
      { type: 'barged-in', atMs: 1_000, heardMs: 700, unheardMs: 3_400, cut: [] },
      { type: 'line', atMs: 1_001, line: said },
    )
    expect(shown).toEqual([
      '    1.00 s          the caller cuts in; 3.40 s not heard',
      '    1.00 s  agent   Yes, we work —',
    ])
  })

  test('shows nothing for what only programs want to know', () => {
    const { shown } = takeAll(
      { type: 'caller-speaking', atMs: 1 },
      { type: 'agent-heard', atMs: 2, itemId: 'unknown', heardMs: 1 },
      { type: 'response-ended', atMs: 3, responseId: 'resp_1', status: 'completed' },
    )
    expect(shown).toEqual([])
  })

  test('gives its final lines in the order they were spoken, not written down', () => {
    const agent = line({ itemId: 'i2', speaker: 'agent', text: 'Of course.', atMs: 2_000 })
    const caller = line({ itemId: 'i1', speaker: 'caller', text: 'Hello?', atMs: 1_000 })
    const growing = line({
      itemId: 'i3',
      speaker: 'caller',
      text: 'And',
      atMs: 3_000,
      final: false,
    })
    const { lines } = takeAll(
      { type: 'line', atMs: 2_100, line: agent },
      { type: 'line', atMs: 2_200, line: caller },
      { type: 'line', atMs: 3_100, line: growing },
    )
    expect(lines).toEqual([caller, agent])
  })
})
