/** What a customer's file means for what is muted in its recordings. */
import type { Customer, TurnDetection } from '../config/config.ts'
import type { Redact } from './redact.ts'
import type { WithheldRules } from './withheld.ts'

/** A turn is told of when it has been noticed and that has come to us; not every server says where it began. */
const TOLD_AFTER_MS = 2_000
/** What a session without a number of its own takes from before it noticed a turn. */
const PADDING_MS = 300

/** Gives the rules by which recordings are muted; undefined where nothing is redacted. */
export const mutingOf = (
  { redact: isAsked, agents }: Pick<Customer, 'redact' | 'agents'>,
  redact: Redact,
): WithheldRules | undefined =>
  isAsked && {
    isKept: (text, isPartial) => redact(text, { isPartial }) === text,
    leadMs: TOLD_AFTER_MS +
      Math.max(...Object.values(agents).map(({ turnDetection }) => paddingMs(turnDetection))),
  }

const paddingMs = (turnDetection: TurnDetection): number =>
  turnDetection.type === 'server_vad' ? turnDetection.prefixPaddingMs : PADDING_MS
