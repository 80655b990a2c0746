/** A checkpoint as the store keeps it, and back. What cannot be read is as good as nothing: the call cannot be resumed. */
import type { Checkpoint } from '../call/checkpoint.ts'
import { MAIN_AGENT } from '../call/rules.ts'
import { z } from 'zod'
import type { Variables } from '../config/values/variables.ts'
import type { StoredCheckpoint } from '../store/store.ts'

const part = { itemId: z.string(), text: z.string(), final: z.boolean(), atMs: z.number() }
const line = z.discriminatedUnion('speaker', [
  z.object({
    ...part,
    speaker: z.enum(['caller', 'agent', 'note']),
    heardMs: z.number().exactOptional(),
  }),
  z.object({
    ...part,
    speaker: z.literal('tool'),
    tool: z.object({
      toolCallId: z.string(),
      name: z.string(),
      given: z.string(),
      failed: z.boolean(),
    }),
  }),
])

/** The schema of a transcript. */
export const transcriptSchema = z.array(line)

const body = z.object({
  epoch: z.int().min(1),
  talkedMs: z.number().min(0),
  agent: z.string().default(MAIN_AGENT),
  spentNano: z.number().min(0).default(0),
  transcript: transcriptSchema,
  // Versions before did not write it down.
  isConsentHeard: z.boolean().default(true),
})

/** Writes a checkpoint of a call for the store. */
export const writeCheckpoint = (
  { callSid, owner, variables }: Readonly<
    { callSid: string; owner: string; variables?: Variables }
  >,
  checkpoint: Checkpoint,
  wallMs: number,
): StoredCheckpoint => ({
  callSid,
  owner,
  epoch: checkpoint.epoch,
  savedAt: wallMs,
  body: JSON.stringify({ ...checkpoint, variables }),
})

/** Reads what the store has; undefined when it is not a checkpoint of this version of the program. */
export const readCheckpoint = (stored: StoredCheckpoint): Checkpoint | undefined => {
  try {
    const parsed = body.safeParse(JSON.parse(stored.body))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

const variables = z.object({ variables: z.record(z.string(), z.string()) })

/** Reads what the blanks of the call's agent were filled with; nothing for a call without any. Never throws. */
export const readVariables = ({ body }: StoredCheckpoint): Variables => {
  try {
    const parsed = variables.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data.variables : {}
  } catch {
    return {}
  }
}
