import { expect, test } from 'vitest'
import { batchOf, inTransactions } from '../../src/store/record-writes.ts'
import { writes } from './record-fixture.ts'

const CALL = writes.call()
const LINE = writes.line()
const [FIRST, SECOND] = [writes.event({ id: 'm1' }), writes.event({ id: 'm2' })]

test('a batch is cut where no event is torn from what it tells of', () => {
  const all = [LINE, CALL, FIRST, SECOND, LINE]
  expect(batchOf(all, 1)).toEqual([LINE])
  expect(batchOf(all, 2)).toEqual([LINE, CALL, FIRST, SECOND])
  expect(batchOf(all, 3)).toEqual([LINE, CALL, FIRST, SECOND])
  expect(batchOf(all, 500)).toEqual(all)
  expect(batchOf([], 500)).toEqual([])
})

test('one by one, an event goes with what it tells of', () => {
  expect(inTransactions([LINE, CALL, FIRST, SECOND, LINE])).toEqual([
    [LINE],
    [CALL, FIRST, SECOND],
    [LINE],
  ])
  // What comes before it may have been lost to a journal that was full.
  expect(inTransactions([FIRST, LINE])).toEqual([[FIRST], [LINE]])
})
