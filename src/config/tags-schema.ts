/** Tags of calls: short names that a customer's file or an operator gives them, so that they are found again. */
import { z } from 'zod'

/** The most tags a call can have. */
export const MOST_TAGS = 50

/** One tag: no commas, because lists of them are parted by these. */
export const tagSchema = z.string().trim()
  .regex(/^[^\s,][^,\n]{0,63}$/, 'a tag is 1 to 64 characters, without a comma')

/** The schema of `tags`. */
export const tagsSchema = z.array(tagSchema).max(20).default([]).meta({
  description: 'Tags that each call of this customer gets.',
  examples: [['vip', 'team lisbon']],
})
