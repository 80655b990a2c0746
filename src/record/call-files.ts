/** Files that are kept of calls on this machine, one a call: `<folder>/<customer>/<callSid>.<kind>`. */

/** The slice of the disk that is needed. */
export type CallFolder = Readonly<{
  list: (folder: string) => Promise<readonly string[]>
  changedAt: (path: string) => Promise<number | undefined>
  remove: (path: string) => Promise<void>
}>

export type CallFiles = Readonly<{
  /** Where the file of a call is; undefined when this machine has none. */
  find: (callSid: string) => Promise<string | undefined>
  /** The files of all customers, or of one. */
  all: (customer?: string) => Promise<readonly string[]>
  /** Deletes the files of calls; gives how many there were. */
  remove: (callSids: readonly string[]) => Promise<number>
  /** Deletes what a customer has from before a time, in ms since 1970; gives how much it was. */
  removeBefore: (customer: string, before: number) => Promise<number>
}>

const CALL = /^CA[0-9a-zA-Z]+$/
/** As the files of customers are named; what else lies there is not ours. */
const CUSTOMER = /^[a-z0-9][a-z0-9-]*$/

/** Where the file of a call is or will be. */
export const callFilePath = (
  folder: string,
  customer: string,
  callSid: string,
  kind: string,
): string => `${folder}/${customer}/${callSid}.${kind}`

/** Gives access to the files of one kind in a folder, which need not be there. */
export const createCallFiles = (disk: CallFolder, folder: string, kind: string): CallFiles => {
  const customers = async () => (await disk.list(folder)).filter((name) => CUSTOMER.test(name))

  const find = async (callSid: string): Promise<string | undefined> => {
    // What an operator asks for may be no name of a call, but of another file.
    if (!CALL.test(callSid)) return undefined
    for (const customer of await customers()) {
      const path = callFilePath(folder, customer, callSid, kind)
      if (await disk.changedAt(path) !== undefined) return path
    }
  }

  const ofCustomer = async (customer: string): Promise<readonly string[]> =>
    (await disk.list(`${folder}/${customer}`))
      .filter((name) => name.endsWith(`.${kind}`))
      .map((name) => `${folder}/${customer}/${name}`)

  const all = async (customer?: string): Promise<readonly string[]> => {
    const found: string[] = []
    for (const each of await customers()) {
      if (customer === undefined || each === customer) found.push(...await ofCustomer(each))
    }
    return found
  }

  return {
    find,
    all,
    remove: async (callSids) => {
      let removed = 0
      for (const callSid of callSids) {
        const path = await find(callSid)
        if (path === undefined) continue
        await disk.remove(path)
        removed += 1
      }
      return removed
    },
    removeBefore: async (customer, before) => {
      let removed = 0
      for (const path of await ofCustomer(customer)) {
        const changedAt = await disk.changedAt(path)
        if (changedAt === undefined || changedAt >= before) continue
        await disk.remove(path)
        removed += 1
      }
      return removed
    },
  }
}
