/**
 * What a call costs: tokens and minutes in, billionths of a dollar out. Prices have a date from which they hold, so a call is
 * costed as it was billed.
 */
import type { Usage } from '../call/events.ts'

/** Tokens by kind; cached ones are counted apart from the fresh. */
export type TokenCounts = Readonly<{
  textIn: number
  textCached: number
  textOut: number
  audioIn: number
  audioCached: number
  audioOut: number
}>

/** Dollars for a million tokens of each kind. */
export type TokenPrices = TokenCounts

/** Prices from one day on, until a later table has others; what a table does not name stays as it was. */
export type PriceTable = Readonly<{
  /** `2026-11-01`, UTC. */
  from: string
  /** By the name of the model; a dated name such as `gpt-realtime-2.1-2026-10-01` has the price of the one it begins with. */
  models: Readonly<Record<string, TokenPrices>>
  /** Dollars for a minute of transcribed speech, by model. */
  transcription: Readonly<Record<string, number>>
  /** Dollars for a begun minute of Twilio's: the call and its stream. */
  twilioMinute?: number
}>

export type Prices = Readonly<{
  tables: readonly PriceTable[]
  /** What a region adds to the models' prices: 1.1 for ten percent. */
  surcharge: number
}>

const tokens = (
  text: readonly [number, number, number],
  audio: readonly [number, number, number],
) => ({
  textIn: text[0],
  textCached: text[1],
  textOut: text[2],
  audioIn: audio[0],
  audioCached: audio[1],
  audioOut: audio[2],
})

const FULL = tokens([4, 0.4, 24], [32, 0.4, 64])
const FULL_1 = tokens([4, 0.4, 16], [32, 0.4, 64])
const MINI = tokens([0.6, 0.06, 2.4], [10, 0.3, 20])

/** List prices in dollars, as OpenAI and Twilio published them in November 2026; a US number is assumed for Twilio's minute. */
export const DEFAULT_PRICES: Prices = {
  surcharge: 1,
  tables: [{
    from: '1970-01-01',
    models: {
      'gpt-realtime-2.1': FULL,
      'gpt-realtime-2': FULL,
      'gpt-realtime-2.1-mini': MINI,
      'gpt-realtime-1.5': FULL_1,
      'gpt-realtime': FULL_1,
      'gpt-realtime-mini': MINI,
    },
    transcription: {
      'gpt-transcribe': 0.0045,
      'gpt-live-transcribe': 0.017,
      'gpt-realtime-whisper': 0.017,
      'gpt-4o-transcribe': 0.006,
      'gpt-4o-mini-transcribe': 0.003,
      'whisper-1': 0.006,
    },
    twilioMinute: 0.0085 + 0.004,
  }],
}

/** No tokens yet. */
export const NO_TOKENS: TokenCounts = {
  textIn: 0,
  textCached: 0,
  textOut: 0,
  audioIn: 0,
  audioCached: 0,
  audioOut: 0,
}

/** The tokens of a response; the model counts cached ones as input, here they are apart. Never below zero. */
export const tokensOf = (usage: Usage): TokenCounts => ({
  textIn: Math.max(0, usage.inputTextTokens - usage.cachedTextTokens),
  textCached: usage.cachedTextTokens,
  textOut: usage.outputTextTokens,
  audioIn: Math.max(0, usage.inputAudioTokens - usage.cachedAudioTokens),
  audioCached: usage.cachedAudioTokens,
  audioOut: usage.outputAudioTokens,
})

/** Adds tokens up. */
export const addTokens = (a: TokenCounts, b: TokenCounts): TokenCounts => ({
  textIn: a.textIn + b.textIn,
  textCached: a.textCached + b.textCached,
  textOut: a.textOut + b.textOut,
  audioIn: a.audioIn + b.audioIn,
  audioCached: a.audioCached + b.audioCached,
  audioOut: a.audioOut + b.audioOut,
})

/** What is billed, and by which prices. */
export type Billing = Readonly<{
  prices: Prices
  /** When the call began, ms since 1970. */
  startedAt: number
  model: string
  transcriptionModel: string | undefined
}>

/** The prices of one call, which are those of the day on which it began. */
export type Tariff = Readonly<{
  /** Dollars for a million tokens of each kind. */
  tokens: TokenPrices
  /** Dollars for a minute of transcribed speech, and for a begun minute of the phone. */
  transcribedMinute: number
  phoneMinute: number
  /** What a region adds to the models' prices. */
  surcharge: number
}>

/** Finds the prices of a call; undefined when there is none for its model. */
export const tariffOf = (
  { prices, startedAt, model, transcriptionModel }: Billing,
): Tariff | undefined => {
  const tables = tablesAt(prices, startedAt)
  const tokens = first(tables, ({ models }) => priceOf(models, model))
  if (!tokens) return undefined
  const transcribedMinute = transcriptionModel === undefined
    ? undefined
    : first(tables, ({ transcription }) => priceOf(transcription, transcriptionModel))
  return {
    tokens,
    transcribedMinute: transcribedMinute ?? 0,
    phoneMinute: first(tables, ({ twilioMinute }) => twilioMinute) ?? 0,
    surcharge: prices.surcharge,
  }
}

/** What a call has used. */
export type Used = Readonly<{
  tokens: TokenCounts
  /** Seconds of speech that were transcribed, and for which the line was open. */
  transcribedS: number
  talkedS: number
}>

/** The cost in billionths of a dollar. */
export const costNano = (tariff: Tariff, { tokens, transcribedS, talkedS }: Used): number => {
  // Dollars for a million tokens are thousands of billionths for one.
  const spoken = kinds.reduce((sum, kind) => sum + tokens[kind] * tariff.tokens[kind] * 1_000, 0)
  const written = transcribedS / 60 * tariff.transcribedMinute * NANO
  const phone = Math.ceil(talkedS / 60) * tariff.phoneMinute * NANO
  return Math.round((spoken + written) * tariff.surcharge + phone)
}

/** The list prices with the changes of the service file. */
export const pricesWith = (
  changes: Readonly<{ surcharge: number; tables: readonly PriceTable[] }>,
): Prices => ({
  surcharge: changes.surcharge,
  tables: [...DEFAULT_PRICES.tables, ...changes.tables],
})

/** The tables that hold at a moment, the newest first. */
const tablesAt = ({ tables }: Prices, at: number): readonly PriceTable[] =>
  tables.filter(({ from }) => Date.parse(from) <= at)
    .toSorted((a, b) => Date.parse(b.from) - Date.parse(a.from))

const first = <Price>(
  tables: readonly PriceTable[],
  of: (table: PriceTable) => Price | undefined,
): Price | undefined => tables.map(of).find((price) => price !== undefined)

const NANO = 1e9

const kinds = [
  'textIn',
  'textCached',
  'textOut',
  'audioIn',
  'audioCached',
  'audioOut',
] as const satisfies readonly (keyof TokenCounts)[]

/** The price of a name, or of the longest name it is a dated version of. */
const priceOf = <Price>(
  prices: Readonly<Record<string, Price>>,
  name: string,
): Price | undefined => {
  const dated = Object.keys(prices)
    .find((each) => name === each || (name.startsWith(each) && isDate(name.slice(each.length))))
  return dated === undefined ? undefined : prices[dated]
}

const isDate = (text: string): boolean => /^-\d{4}-\d{2}-\d{2}$/.test(text)
