/**
 * What an agent can do besides talking, as data: what the model is told of a tool, and how it is run. Tools that change the call
 * itself (a transfer, the end) are decided in `call/` and have no `run`.
 */

/** A JSON Schema; that of arguments is always an object's. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What the model is told of a tool. */
export type ToolDescription = Readonly<{
  /** Letters, digits, `_` and `-`; at most 64. */
  name: string
  description: string
  parameters: JsonSchema
}>

/** A tool that this process runs. */
export type Tool =
  & ToolDescription
  & Readonly<{
    /** How long it may take; after that the model is told that it took too long. */
    timeoutMs: number
    /** Said when it takes a while; a soft tone without it. */
    filler?: string
    /** Gives what the model is told, or rejects with a `ToolError`. `signal` aborts at the deadline and at the end of the call. */
    run: (given: Arguments, about: CallAbout, signal: AbortSignal) => Promise<string>
  }>

/** Arguments that fit the schema of their tool. */
export type Arguments = Readonly<Record<string, unknown>>

/** What a tool may know of the call it is run in. */
export type CallAbout = Readonly<{
  callSid: string
  from: string
  to: string
  customer: string
  /** What the caller entered on the keypad and the model was not told, by the name it was asked for. */
  secrets: Readonly<Record<string, string>>
}>

/** What became of a tool call: `output` is for the model, a failure too. */
export type ToolResult = Readonly<{ output: string; failed: boolean }>

/** The tools of one agent, for one call. */
export type Toolbox = Readonly<{
  /** The tools that are run here. */
  tools: readonly Tool[]
  /**
   * Runs a tool; `given` is the text the model sent. Resolves with what the model is told, whatever happens: no such tool, arguments
   * that do not fit, a failure, a deadline. Never rejects.
   */
  run: (
    name: string,
    given: string,
    about: CallAbout,
    signal: AbortSignal,
  ) => Promise<ToolResult>
}>

/** For an agent that only talks. */
export const NO_TOOLS: Toolbox = {
  tools: [],
  run: (name) => Promise.resolve({ output: `There is no tool called ${name}.`, failed: true }),
}

/** Makes one box of two; of tools with the same name the first box has its way. */
export const joinToolboxes = (one: Toolbox, other: Toolbox): Toolbox => {
  const isOthers = (name: string) =>
    !one.tools.some((tool) => tool.name === name) && other.tools.some((tool) => tool.name === name)
  return {
    tools: [...one.tools, ...other.tools],
    run: (name, ...call) => isOthers(name) ? other.run(name, ...call) : one.run(name, ...call),
  }
}
