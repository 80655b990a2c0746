import { describe, expect, test } from 'vitest'
import { startCall } from '../../src/call/state.ts'
import type { Floor, Live } from '../../src/call/state.ts'
import type { TranscriptLine } from '../../src/call/transcript.ts'
import { beginTurn, endTurn, leaveTurns, type Unwritten } from '../../src/call/unwritten.ts'
import { RULES } from './rules.ts'

const caller = (itemId: string, text = ''): TranscriptLine => ({
  itemId,
  speaker: 'caller',
  text,
  final: text !== '',
  atMs: 0,
})
const agent = (itemId: string, text: string): TranscriptLine => ({
  itemId,
  speaker: 'agent',
  text,
  final: true,
  atMs: 0,
})
const tool = (itemId: string): TranscriptLine => ({
  itemId,
  speaker: 'tool',
  text: '',
  final: false,
  atMs: 0,
  tool: { toolCallId: 'call_1', name: 'book_table', given: '{}', failed: false },
})

const AGENT: Floor = { is: 'agent' }
const CALLER: Floor = { is: 'caller' }
const NOBODY: Floor = { is: 'nobody', sinceMs: 0 }
const AWAITED: Floor = { is: 'awaited', sinceMs: 0 }

const leave = (unwritten: Unwritten, transcript: readonly TranscriptLine[], floor: Floor) => {
  const state: Live = { ...startCall(RULES, 0), unwritten, transcript }
  const left = leaveTurns(state, floor)
  return { ...left, transcript: left.transcript.map(({ itemId }) => itemId) }
}

describe('turns without words', () => {
  test('are kept in order until one of them is in words, which ends those before it, too', () => {
    const two = beginTurn(beginTurn([], 'a'), 'b')
    expect(two).toEqual(['a', 'b'])
    expect(endTurn(two, 'a')).toEqual(['b'])
    expect(endTurn(two, 'b')).toEqual([])
    expect(endTurn(two, 'known for long')).toEqual(['a', 'b'])
  })

  test('are not remembered without end', () => {
    let unwritten: Unwritten = []
    for (let turn = 1; turn <= 20; turn++) unwritten = beginTurn(unwritten, `item_${turn}`)
    expect(unwritten).toHaveLength(16)
    expect(unwritten.at(-1)).toBe('item_20')
  })
})

describe('a session that breaks', () => {
  test('leaves nothing to be heard again when all is in words', () => {
    expect(leave([], [caller('a', 'Hello.'), agent('b', 'Hi.')], NOBODY))
      .toEqual({ answered: undefined, unwritten: [], transcript: ['a', 'b'] })
  })

  test.each([['the caller speaks', CALLER], ['the caller waits', AWAITED]])(
    'leaves the last turn to be heard again while %s, and takes its line out',
    (_, floor) => {
      expect(leave(['b'], [caller('a', 'Hello.'), caller('b')], floor))
        .toEqual({ answered: undefined, unwritten: [''], transcript: ['a'] })
    },
  )

  test.each([['is heard', AGENT], ['was heard', NOBODY]])(
    'does not leave a turn whose answer %s',
    (_, floor) => {
      expect(leave(['a'], [caller('a'), agent('b', 'Of course.')], floor))
        .toEqual({ answered: 'a', unwritten: [], transcript: ['a', 'b'] })
    },
  )

  test('leaves a turn of whose answer there are words and no sound', () => {
    expect(leave(['a'], [caller('a'), agent('b', 'Of course.')], AWAITED))
      .toEqual({ answered: undefined, unwritten: [''], transcript: ['b'] })
  })

  test('leaves a turn whose answer was cut before it was heard', () => {
    expect(leave(['a'], [caller('a'), agent('b', '')], NOBODY).answered).toBeUndefined()
  })

  test('leaves of two turns the one that was not answered', () => {
    expect(leave(['a', 'c'], [caller('a'), agent('b', 'Yes.'), caller('c')], AWAITED))
      .toEqual({ answered: 'a', unwritten: [''], transcript: ['a', 'b'] })
    expect(leave(['a', 'c'], [caller('a'), agent('b', 'Yes.')], CALLER))
      .toEqual({ answered: 'a', unwritten: [''], transcript: ['a', 'b'] })
  })

  test('leaves both of two turns that wait for one answer, also if words of the first have come', () => {
    expect(leave(['a', 'b'], [caller('a', 'Wait, can'), caller('b'), agent('c', 'Yes.')], AWAITED))
      .toEqual({ answered: undefined, unwritten: [''], transcript: ['c'] })
  })

  test('does not leave a turn for which something is being done: it would be done twice', () => {
    expect(leave(['a'], [caller('a'), tool('b')], AWAITED).answered).toBe('a')
  })

  test('leaves what it was left itself, when it breaks before it heard that', () => {
    const { unwritten, transcript } = leave(['a'], [caller('a')], AWAITED)
    expect(leave(unwritten, [], AWAITED)).toEqual({
      answered: undefined,
      unwritten: [''],
      transcript,
    })
    expect(beginTurn(unwritten, 'a as the next one calls it')).toEqual([
      'a as the next one calls it',
    ])
  })
})
