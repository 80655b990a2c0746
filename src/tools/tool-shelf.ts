/** The tools of all agents, one set for each version of an agent: made when its file is read, before the first call needs them. */
import { type AgentTools, type AgentToolsOptions, createAgentTools } from './agent-tools.ts'

/** Whose tools they are. */
export type ToolOwner =
  & Readonly<{
    /** The id of the customer. */
    customer: string
    /** Which of the customer's agents. */
    agent: string
    /** The version of the customer. */
    version: string
  }>
  & Pick<AgentToolsOptions, 'tools' | 'more' | 'hours'>

export type ToolShelf = Readonly<{
  /**
   * Makes the tools of these agents and puts those of all others away. Resolves when MCP servers have listed their tools or could
   * not. Agents whose version is unchanged keep what they have.
   */
  prepare: (owners: readonly ToolOwner[]) => Promise<void>
  /** Gives the tools of an agent; of a version that was not prepared they are made now. */
  of: (owner: ToolOwner) => AgentTools
  /** Ends asking MCP servers for their tools. */
  stop: () => void
}>

/** Makes an empty shelf. */
export const createToolShelf = (
  options: Omit<AgentToolsOptions, 'tools' | 'more' | 'hours'>,
): ToolShelf => {
  const shelf = new Map<string, AgentTools>()

  const of = (owner: ToolOwner): AgentTools => {
    const made = shelf.get(keyOf(owner)) ?? createAgentTools({ ...options, ...owner })
    shelf.set(keyOf(owner), made)
    return made
  }

  return {
    of,
    prepare: async (owners) => {
      const wanted = new Set(owners.map(keyOf))
      for (const [key, tools] of shelf) {
        if (wanted.has(key)) continue
        tools.retire()
        shelf.delete(key)
      }
      await Promise.all(owners.map((owner) => of(owner).ready))
    },
    stop: () => shelf.forEach(({ retire }) => retire()),
  }
}

const keyOf = ({ customer, agent, version }: ToolOwner): string => `${customer}/${version}/${agent}`
