/** Tags of calls: short names that a customer's file or an operator gives them, so that they are found again. */
import { z } from 'zod'
import { TAG, TAG_RULE } from '../values/tag.ts'

/** The most tags a call can have. */
export const MOST_TAGS = 50

/** The schema of one tag. */
export const tagSchema = z.string().trim().regex(TAG, TAG_RULE)

/** The schema of `tags`. */
export const tagsSchema = z.array(tagSchema).max(20).default([]).meta({
  description: 'Tags that each call of this customer gets.',
  examples: [['vip', 'team lisbon']],
})
