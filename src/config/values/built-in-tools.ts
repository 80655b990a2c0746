/** The tools that every agent may have by name. */

/** Names of the built-in tools, as a file lists them and the model calls them. */
export const BUILT_IN_TOOLS = [
  'end_call',
  'now',
  'transfer_call',
  'press_keys',
  'collect_digits',
  'take_message',
] as const

/** The name of a built-in tool. */
export type BuiltInTool = typeof BUILT_IN_TOOLS[number]

/** Finds a built-in tool by its name. */
export const builtInTool = (name: unknown): BuiltInTool | undefined =>
  BUILT_IN_TOOLS.find((each) => each === name)

/** Tools that come by themselves with another key of the file, by their name. */
export const TOOLS_OF_OTHER_KEYS: ReadonlyMap<string, string> = new Map([
  ['search_knowledge', 'knowledge'],
  ['hand_off', 'handoffs'],
  ['answer_approval', 'approval: always'],
])
