/** What tokens and minutes cost, where that differs from the list prices this program knows. */
import { z } from 'zod'

const dollars = z.number().min(0)

const tokenPrices = z.strictObject({
  textIn: dollars,
  textCached: dollars,
  textOut: dollars,
  audioIn: dollars,
  audioCached: dollars,
  audioOut: dollars,
})

const table = z.strictObject({
  from: z.iso.date('write a day: 2027-01-31').describe(
    'The day from which these prices hold (UTC).',
  ),
  models: z.record(z.string(), tokenPrices).default({}).describe(
    'Dollars for a million tokens, by model; a model that is not named keeps its price.',
  ),
  transcription: z.record(z.string(), dollars).default({}).describe(
    'Dollars for a minute of transcribed speech, by model.',
  ),
  twilioMinute: dollars.exactOptional().describe(
    'Dollars for a begun minute of a call and its stream.',
  ),
})

/** The schema of `prices`. */
export const pricesSchema = z.strictObject({
  surcharge: z.number().min(0).default(1).describe(
    'What a region multiplies the prices of models by: 1.1 for the ten percent of OpenAI in Europe.',
  ),
  tables: z.array(table).default([]).describe(
    'Prices from a day on, until a later table has others.',
  ),
}).prefault({}).describe('What models and calls cost, where it is not the list price.')

/** Prices that differ from those known. */
export type PriceChanges = Readonly<z.output<typeof pricesSchema>>
