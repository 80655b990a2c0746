/** What a tag is: apart from the schemas, because the command line reads tags, too, and would load zod for every command. */

/** One tag: no commas, because lists of them are parted by these. */
export const TAG = /^[^\s,][^,\n]{0,63}$/

/** What is said about a text that is no tag. */
export const TAG_RULE = 'a tag is 1 to 64 characters, without a comma'
