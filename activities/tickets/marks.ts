/** The marks by which a ticket and its entries are found again. What others wrote into a body cannot pass for one. */

/** Of the entry that an operation wrote. */
export const operationMark = (operation: string): string =>
  `<!-- nightshift:operation ${operation.replaceAll('--', '- -')} -->`;

/** Of the one ticket of a run. */
export const ticketMark = (ticket: string): string => `<!-- nightshift:ticket ${ticket} -->`;

export const withoutMarks = (body: string): string =>
  body.replaceAll('<!-- nightshift:', '<!-- nightshift :');
