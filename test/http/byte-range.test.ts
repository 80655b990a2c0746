import { expect, test } from 'vitest'
import { byteRangeOf } from '../../src/http/byte-range.ts'

test.each([
  ['bytes=0-99', 0, 99],
  ['bytes=500-', 500, 999],
  ['bytes=-100', 900, 999],
  ['bytes=-5000', 0, 999],
  ['bytes=990-5000', 990, 999],
  [' bytes=0-0 ', 0, 0],
])('%s of a thousand bytes is from %d to %d', (header, from, to) => {
  expect(byteRangeOf(header, 1_000)).toEqual({ is: 'part', from, to })
})

test.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0'])('%s is outside of them', (header) => {
  expect(byteRangeOf(header, 1_000)).toEqual({ is: 'outside' })
})

test.each([undefined, '', 'bytes=-', 'bytes=0-1,5-6', 'items=0-1', 'bytes=9-5', 'bytes=a-b'])(
  '%s asks for all of them',
  (header) => {
    expect(byteRangeOf(header, 1_000)).toEqual({ is: 'whole' })
  },
)

test('of an empty file there is no part', () => {
  expect(byteRangeOf('bytes=0-', 0)).toEqual({ is: 'outside' })
  expect(byteRangeOf('bytes=-5', 0)).toEqual({ is: 'outside' })
})
