/** Whose tools there are in a configuration: those of each agent of each customer. */
import type { Config, Customer } from '../config/config.ts'
import { isOpenAt } from '../config/hours/hours.ts'
import type { ToolOwner } from './tool-shelf.ts'

/** Lists the agents of a configuration. */
export const toolOwners = ({ customers }: Pick<Config, 'customers'>): readonly ToolOwner[] =>
  customers.flatMap((customer) =>
    Object.keys(customer.agents).map((agent) => toolOwner(customer, agent))
  )

/** Whether some agent has an MCP server that is asked from here. */
export const hasMcpClient = (owners: readonly Pick<ToolOwner, 'tools'>[]): boolean =>
  owners.some(({ tools }) => tools.some((tool) => tool.kind === 'mcp' && tool.via === 'tandem'))

/** Gives one agent of a customer; one that its file does not name has no tools. */
export const toolOwner = (customer: Customer, agent: string): ToolOwner => {
  const { id, version, agents, hours } = customer
  return {
    customer: id,
    agent,
    version,
    tools: Object.hasOwn(agents, agent) ? agents[agent].tools : [],
    ...(hours
      ? { hours: { timezone: hours.timezone, isOpen: (atMs) => isOpenAt(hours, atMs) } }
      : {}),
  }
}
