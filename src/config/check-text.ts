/** The text of a customer file that is not in the folder yet, checked as `tandem check` would if it were. */
import type { Config } from './config.ts'
import { type ConfigFiles, readFolder } from './load.ts'
import { parseFiles, takenBy } from './parse-config.ts'
import { inReadingOrder, type Problem } from './problem.ts'
import type { HasVariable } from './values/templates.ts'

export type CheckTextOptions = Readonly<{
  /** The files of the machine; knowledge is read from them. */
  files: ConfigFiles
  /** Where the configuration is. */
  folder: string
  hasVariable: HasVariable
  /** What is served now: whose numbers are taken. */
  current: Config
}>

/** Says what is wrong with a text, warnings too, as the file of the customer with this id. Never rejects. */
export const checkText = async (
  { files, folder, hasVariable, current }: CheckTextOptions,
  id: string,
  text: string,
): Promise<readonly Problem[]> => {
  const name = `${id}.yaml`
  const alone: ConfigFiles = {
    ...files,
    list: () => Promise.resolve([name]),
    read: (path) => Promise.resolve(path.endsWith(`/customers/${name}`) ? text : undefined),
  }
  const { sources } = await readFolder(alone, folder, hasVariable)
  return inReadingOrder(
    parseFiles(sources).customers.flatMap(({ numbers, numberProblem, problems, warnings }) => {
      const taken = [...new Set(numbers)].flatMap((number) => {
        const owner = current.lineOf(number)?.customer
        return owner && owner.id !== id ? [numberProblem(number, takenBy(number, owner))] : []
      })
      return [...problems, ...taken, ...warnings]
    }),
  )
}
