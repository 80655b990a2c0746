import { expect, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { createMeters } from '../../src/record/call-meter.ts'
import { DEFAULT_PRICES } from '../../src/record/money.ts'
import { customerOf, withLines } from '../config/sources.ts'

const lineOf = (limits: string) => ({
  number: '+15005550006',
  customer: customerOf(withLines(`limits: ${limits}`)),
})

const begin = (limits: string, model = 'gpt-realtime-2.1') => {
  const added: [string, number][] = []
  const warned: string[] = []
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (name) => void warned.push(name),
    error: () => {},
    with: () => log,
  }
  const meter = createMeters({
    prices: () => DEFAULT_PRICES,
    dayCosts: { add: ({ id }, _, nano) => void added.push([id, nano]) },
    now: () => Date.parse('2026-05-04T12:00:00Z'),
    log,
  })({
    facts: {
      callSid: 'CA1',
      accountSid: 'AC1',
      from: '+15550001111',
      line: lineOf(limits),
      owner: 'm1',
    },
    model,
    epoch: 1,
  })
  return { meter, added, warned }
}

const meterOf = (limits: string) => {
  const { meter, added } = begin(limits)
  if (!meter) throw new Error(`nothing is metered with ${limits}`)
  return { meter, added }
}

const USAGE = {
  inputTextTokens: 1_000,
  inputAudioTokens: 0,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  outputTextTokens: 0,
  outputAudioTokens: 1_000,
}

test('a call costs its begun minutes, its tokens and what was written down, at every moment', () => {
  const { meter } = meterOf('{ costPerCall: 1 }')
  expect(meter.spentNano(0)).toBe(0)
  meter.note({ type: 'caller-connected', afterMs: 0, epoch: 1, atMs: 1_000 })
  // 0.0125 dollars for a begun minute.
  expect(meter.spentNano(2_000)).toBe(12_500_000)
  expect(meter.spentNano(61_000)).toBe(12_500_000)
  expect(meter.spentNano(61_001)).toBe(25_000_000)
  meter.note({
    type: 'response-ended',
    responseId: 'r1',
    status: 'completed',
    usage: USAGE,
    atMs: 62_000,
  })
  // 1,000 tokens of text at 4 dollars a million and of audio at 64.
  expect(meter.spentNano(62_000)).toBe(25_000_000 + 4_000_000 + 64_000_000)
  meter.note({ type: 'transcribed', seconds: 60, atMs: 63_000 })
  expect(meter.spentNano(63_000)).toBe(93_000_000 + 4_500_000)
})

test('what it costs is added to the day, once', () => {
  const { meter, added } = meterOf('{ costPerDay: 1 }')
  meter.note({ type: 'caller-connected', afterMs: 0, epoch: 1, atMs: 1_000 })
  meter.note({ type: 'caller-speaking', atMs: 1_500 })
  meter.note({ type: 'caller-speaking', atMs: 61_500 })
  expect(added).toEqual([['bright-smile', 12_500_000], ['bright-smile', 12_500_000]])
})

test('a model without a price is told of where money is limited, and nowhere else', () => {
  expect(begin('{ costPerCall: 1 }', 'gpt-unheard-of').warned).toEqual(['limit.no-price'])
  expect(begin('{}', 'gpt-unheard-of').warned).toEqual([])
  expect(begin('{ costPerCall: 1 }').warned).toEqual([])
})

test('the calls of a customer whose money is not limited have no meter', () => {
  expect(begin('{}').meter).toBe(undefined)
  expect(begin('{ costPerDay: 1 }').meter).toBeDefined()
})
