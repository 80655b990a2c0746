/** What a customer's file decides about a call, in the words of the call. */
import type { AgentRules, CallRules } from '../call/state.ts'
import { MAIN_AGENT } from '../call/state.ts'
import type { Agent, Customer } from '../config/config.ts'
import type { Toolbox } from '../tools/tool.ts'

/** How long Twilio may take to open the stream it was told to. */
const STREAM_TIMEOUT_MS = 15_000

/** Gives the rules of a call; `toolboxOf` has the tools of each agent of the customer's. */
export const callRulesOf = (
  { agent, limits, phrases }: Customer,
  toolboxOf: (agent: string) => Toolbox,
): CallRules => ({
  greeting: agent.greeting,
  maxDurationMs: limits.maxDurationMs,
  streamTimeoutMs: STREAM_TIMEOUT_MS,
  isTranscribed: agent.transcription !== false,
  silenceMs: limits.silenceMs,
  phrases,
  agents: { [MAIN_AGENT]: agentRulesOf(agent, toolboxOf(MAIN_AGENT)) },
  destinations: {},
  keys: {},
  keypadEntries: {},
  keysBy: 'tones',
})

const agentRulesOf = (agent: Agent, { tools }: Toolbox): AgentRules => ({
  fillers: Object.fromEntries(
    tools.flatMap(({ name, filler }) => filler === undefined ? [] : [[name, filler]]),
  ),
  actions: [],
  handoffs: [],
  sessionKey: `${agent.model} ${agent.voice}`,
})
