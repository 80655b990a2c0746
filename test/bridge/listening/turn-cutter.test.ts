import { expect, test } from 'vitest'
import { base64Encode } from '../../../src/audio/base64.ts'
import { SILENT_FRAME } from '../../../src/audio/frame.ts'
import { createTurnCutter, type TurnCutter } from '../../../src/bridge/listening/turn-cutter.ts'

/** A square wave, as mu-law. */
const LOUD_FRAME = base64Encode(
  Uint8Array.from({ length: 160 }, (_, at) => at % 8 < 4 ? 0x90 : 0x10),
)

const push = (cutter: TurnCutter, frame: string, ms: number) =>
  Array.from({ length: ms / 20 }, () => cutter.push(frame)).flat()

test('a turn is cut at a pause, and has begun where it became loud', () => {
  const cutter = createTurnCutter('caller')
  push(cutter, SILENT_FRAME, 400)
  expect(push(cutter, LOUD_FRAME, 1_000)).toEqual([
    { is: 'begun', itemId: 'caller-1', positionMs: 400 },
  ])
  expect(push(cutter, SILENT_FRAME, 1_000)).toEqual([
    { is: 'ended', itemId: 'caller-1', positionMs: 400 },
  ])
})

test('one that is long is cut in the middle, and silence is cut too, so that no word is lost', () => {
  const cutter = createTurnCutter('caller')
  expect(push(cutter, LOUD_FRAME, 15_000).slice(1)).toEqual([
    { is: 'ended', itemId: 'caller-1', positionMs: 0 },
    { is: 'begun', itemId: 'caller-2', positionMs: 15_000 },
  ])
  expect(push(cutter, SILENT_FRAME, 16_000)).toEqual([
    { is: 'ended', itemId: 'caller-2', positionMs: 15_000 },
    { is: 'ended', itemId: 'caller-3', positionMs: 15_600 },
  ])
})

test('what is left at the end is cut, loud or not', () => {
  const cutter = createTurnCutter('caller')
  push(cutter, SILENT_FRAME, 2_000)
  expect(cutter.rest()).toEqual([{ is: 'ended', itemId: 'caller-1', positionMs: 0 }])
  expect(cutter.rest()).toEqual([])
})

test('the server names turns in the order of their commits, and one that it refused has no name', () => {
  const cutter = createTurnCutter('caller')
  for (let turn = 0; turn < 3; turn++) {
    push(cutter, LOUD_FRAME, 400)
    push(cutter, SILENT_FRAME, 800)
  }
  cutter.named('item_a')
  expect(cutter.refused('caller-2')).toBe(true)
  expect(cutter.refused('caller-2')).toBe(false)
  cutter.named('item_b')
  cutter.named('item_c')
  expect(['item_b', 'item_a', 'item_c'].map(cutter.ours)).toEqual([
    'caller-3',
    'caller-1',
    'item_c',
  ])
})

test('a new session hears the turn that was begun again, under another name', () => {
  const cutter = createTurnCutter('caller')
  push(cutter, LOUD_FRAME, 400)
  cutter.startAfresh()
  expect(push(cutter, LOUD_FRAME, 400)).toEqual([
    { is: 'begun', itemId: 'caller-2', positionMs: 0 },
  ])
})
