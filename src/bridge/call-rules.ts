/** What a customer's file decides about a call, in the words of the call. */
import type { ActionName } from '../call/actions.ts'
import type { AgentRules, CallRules } from '../call/rules.ts'
import type { Agent, Customer } from '../config/config.ts'
import type { ToolConfig } from '../config/tools.ts'
import type { Toolbox } from '../tools/tool.ts'

/** How long Twilio may take to open the stream it was told to. */
const STREAM_TIMEOUT_MS = 15_000

/** Gives the rules of a call that `agent` answers; `toolboxOf` has the tools of each agent of the customer's. A call that we place rings before. */
export const callRulesOf = (
  { agents, destinations, keys, keypad, limits, phrases, recording, summary, ...customer }:
    Customer,
  agent: string,
  toolboxOf: (agent: string) => Toolbox,
  ringsForMs = 0,
): CallRules => ({
  consent: recording?.consent,
  greeting: agents[agent].greeting,
  maxDurationMs: limits.maxDurationMs,
  maxCostNano: limits.costPerCall === undefined ? undefined : limits.costPerCall * 1e9,
  streamTimeoutMs: STREAM_TIMEOUT_MS + ringsForMs,
  isTranscribed: customer.agent.transcription !== false,
  isSummarised: summary !== undefined,
  silenceMs: limits.silenceMs,
  phrases,
  agents: Object.fromEntries(
    Object.entries(agents).map(([name, each]) => [name, agentRulesOf(each, toolboxOf(name))]),
  ),
  destinations,
  keys,
  keypadEntries: keypad.entries,
  keysBy: keypad.press,
})

const agentRulesOf = (agent: Agent, { tools }: Toolbox): AgentRules => ({
  fillers: Object.fromEntries(
    tools.flatMap(({ name, filler }) => filler === undefined ? [] : [[name, filler]]),
  ),
  actions: actionsOf(agent),
  handoffs: agent.handoffs,
  sessionKey: `${agent.model} ${agent.voice}`,
})

const ACTIONS: readonly ActionName[] = [
  'end_call',
  'transfer_call',
  'press_keys',
  'collect_digits',
]

const needsApproval = (tool: ToolConfig): boolean =>
  tool.kind === 'mcp' && tool.via === 'openai' && tool.approval === 'always'

/** What an agent may do with the call, by its file. */
export const actionsOf = ({ tools, handoffs }: Agent): readonly ActionName[] => [
  ...ACTIONS.filter((action) =>
    tools.some((tool) => tool.kind === 'built-in' && tool.name === action)
  ),
  ...(handoffs.length > 0 ? ['hand_off'] as const : []),
  ...(tools.some(needsApproval) ? ['answer_approval'] as const : []),
]
