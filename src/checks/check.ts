/**
 * What must be true of the inventory, the files or a cluster, as plain data: it can be stored, shown and asked again.
 * Filled in by the rooms `claims` (which makes checks) and `checks` (which answers them).
 */
export interface Check {
  readonly is: string;
  /** one line for people: `Deployment/api has replicas 2` */
  readonly says: string;
}
