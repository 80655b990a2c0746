/** Paths of the config folder as text, with `/` on every system: `config/customers/bright-smile.yaml`. */

/** Gives the last part of a path. */
export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Gives the folder of a path, or an empty text. */
export const dirname = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * Resolves a path relative to a customer file. Undefined when it leaves the config folder, which is the one above the customer
 * file's: only there are changes noticed.
 */
export const resolveBeside = (customerFile: string, relative: string): string | undefined => {
  if (/^([/\\]|[a-z]:)/i.test(relative)) return undefined
  const customers = dirname(customerFile)
  const root = dirname(customers)
  const inside = customers.slice(root.length).split('/').filter(Boolean)
  for (const part of relative.split(/[/\\]/)) {
    if (part === '..' && inside.pop() === undefined) return undefined
    if (part !== '..' && part !== '.' && part !== '') inside.push(part)
  }
  return root ? `${root}/${inside.join('/')}` : inside.join('/')
}
