import { describe, expect, test } from 'vitest'
import {
  costNano,
  DEFAULT_PRICES,
  NO_TOKENS,
  type Prices,
  pricesWith,
  tariffOf,
  tokensOf,
  type Used,
} from '../../src/record/money.ts'

/** What it costs at some prices; undefined when there is none for the model. */
const costOf = (
  prices: Prices,
  { at = AT, model = MODEL, transcriptionModel, ...used }: Partial<Used> & {
    at?: number
    model?: string
    transcriptionModel?: string
  },
): number | undefined => {
  const tariff = tariffOf({ prices, startedAt: at, model, transcriptionModel })
  return tariff && costNano(tariff, { tokens: NO_TOKENS, transcribedS: 0, talkedS: 0, ...used })
}

const AT = Date.parse('2026-11-25T12:00:00Z')
const MODEL = 'gpt-realtime-2.1'

describe('what a call costs', () => {
  test.each(
    [
      ['textIn', 4_000_000_000],
      ['textCached', 400_000_000],
      ['textOut', 24_000_000_000],
      ['audioIn', 32_000_000_000],
      ['audioCached', 400_000_000],
      ['audioOut', 64_000_000_000],
    ] as const,
  )('a million tokens of %s cost what the list says', (kind, expected) => {
    const tokens = { ...NO_TOKENS, [kind]: 1_000_000 }
    expect(costOf(DEFAULT_PRICES, { tokens })).toBe(expected)
  })

  test('a minute in which the agent speaks costs 7.68 cents', () => {
    const tokens = { ...NO_TOKENS, audioOut: 1_200 }
    expect(costOf(DEFAULT_PRICES, { tokens })).toBe(76_800_000)
  })

  test('a begun minute of the phone is a whole one', () => {
    const of = (talkedS: number) => costOf(DEFAULT_PRICES, { talkedS })
    expect([of(0), of(1), of(60), of(61)]).toEqual([0, 12_500_000, 12_500_000, 25_000_000])
  })

  test('transcription is paid by the second', () => {
    const used = { transcribedS: 90, transcriptionModel: 'gpt-transcribe' }
    expect(costOf(DEFAULT_PRICES, used)).toBe(6_750_000)
  })

  test('a region makes models dearer, and not the phone', () => {
    const prices = pricesWith({ surcharge: 1.1, tables: [] })
    const tokens = { ...NO_TOKENS, textIn: 1_000_000 }
    expect(costOf(prices, { tokens, talkedS: 60 }))
      .toBe(4_400_000_000 + 12_500_000)
  })

  test('a dated name has the price of its model', () => {
    const tokens = { ...NO_TOKENS, audioIn: 1_000_000 }
    const of = (model: string) => costOf(DEFAULT_PRICES, { model, tokens })
    expect(of('gpt-realtime-2.1-mini-2026-10-01')).toBe(10_000_000_000)
    expect(of('gpt-realtime-2.1-2026-10-01')).toBe(32_000_000_000)
  })

  test('a model without a price has no cost, rather than a wrong one', () => {
    expect(costOf(DEFAULT_PRICES, { model: 'other' })).toBeUndefined()
  })

  test('a price holds from its day on, and what a table does not name stays', () => {
    const prices = pricesWith({
      surcharge: 1,
      tables: [
        { from: '2027-01-01', models: {}, transcription: {}, twilioMinute: 0.02 },
        {
          from: '2026-12-01',
          models: { [MODEL]: { ...NO_TOKENS, textIn: 2 } },
          transcription: {},
        },
      ],
    })
    const tokens = { ...NO_TOKENS, textIn: 1_000_000 }
    const of = (day: string) => costOf(prices, { at: Date.parse(day), tokens, talkedS: 60 })
    expect(of('2026-11-30T23:59:59Z')).toBe(4_012_500_000)
    expect(of('2026-12-01T00:00:00Z')).toBe(2_012_500_000)
    expect(of('2027-01-01T00:00:00Z')).toBe(2_020_000_000)
  })
})

test('tokensOf() counts cached tokens apart from the fresh', () => {
  expect(tokensOf({
    inputTextTokens: 100,
    inputAudioTokens: 50,
    cachedTextTokens: 64,
    cachedAudioTokens: 50,
    outputTextTokens: 7,
    outputAudioTokens: 9,
  })).toEqual({
    textIn: 36,
    textCached: 64,
    textOut: 7,
    audioIn: 0,
    audioCached: 50,
    audioOut: 9,
  })
})
