/** Names for the tools of MCP servers, which know nothing of each other: a name that is taken, or that no model could call, is changed. */
import type { Tool } from './tool.ts'

/** The tools of one server. */
export type ServerTools = Readonly<{ label: string; tools: readonly Tool[] }>

const NAME_CHARS_MAX = 64

/**
 * Gives each tool a name of its own: the server's, with the server's label before it where that is taken. Those for which no name is
 * left are left out.
 */
export const withNames = (
  servers: readonly ServerTools[],
  own: readonly Tool[],
  reserved: readonly string[],
): readonly Tool[] => {
  const taken = new Set([...reserved, ...own.map(({ name }) => name)])
  return servers.flatMap(({ label, tools }) =>
    tools.flatMap((tool) => {
      const name = [callable(tool.name), callable(`${label}_${tool.name}`)]
        .find((each) => each !== '' && !taken.has(each))
      if (name === undefined) return []
      taken.add(name)
      return [{ ...tool, name }]
    })
  )
}

const callable = (name: string): string =>
  name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, NAME_CHARS_MAX)
