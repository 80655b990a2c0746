/** The shape of `hours` in a customer file. What the words in it mean is read in `words.ts` and checked in `rules.ts`. */
import { z } from 'zod'

const word = z.string().trim().min(1)

const spans = z.array(word).meta({ examples: [['09:00-13:00', '14:00-18:00']] })

const closed = z.strictObject({
  agent: word.exactOptional().describe('Another agent of this file answers.'),
  transfer: word.exactOptional().meta({
    description:
      'The caller is put through: a destination of this file, a number or a sip: address.',
    examples: ['+15005550100'],
  }),
  say: word.exactOptional().describe(
    'A sentence for the caller, before the call is ended; {hours} in it becomes the weekly hours, in English.',
  ),
}).meta({ oneOf: [{ required: ['agent'] }, { required: ['transfer'] }, { required: ['say'] }] })

/** The schema of `hours`. */
export const hoursSchema = z.strictObject({
  timezone: word.meta({
    description: 'The time zone that all of these hours are in.',
    examples: ['Europe/Lisbon', 'America/New_York'],
  }),
  open: z.record(z.string(), spans).meta({
    description:
      'When the customer is open, by weekday or range of weekdays: spans of time, which may go past midnight. A day that is not named is closed.',
    examples: [{ 'mon-fri': ['09:00-18:00'], sat: ['10:00-13:00'] }],
  }),
  holidays: z.array(z.strictObject({
    date: word.meta({ description: 'The day, YYYY-MM-DD.', examples: ['2026-12-25'] }),
    open: spans.default([]).describe('The hours of that day; closed without them.'),
  })).default([]).describe('Days with hours of their own.'),
  closed: closed.exactOptional().describe('What becomes of a call outside these hours.'),
})

/** `hours` of a file whose shape is right. */
export type HoursShape = z.output<typeof hoursSchema>
