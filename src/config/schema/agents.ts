/** The shape of the other agents of a file: what one leaves out is taken from `agent`, so nothing is required and nothing defaulted. */
import { z } from 'zod'
import { agentSchema } from './agent.ts'

/** The name of an agent. */
export const AGENT_NAME = '^[a-z][a-z0-9_-]{0,31}$'

/** The schema of `agents`. */
export const agentsSchema = z.record(
  z.string(),
  agentSchema.partial().extend({
    when: z.string().trim().min(1).exactOptional().describe(
      'When a caller is to be handed on to this agent, for the agents that may.',
    ),
  }),
)
