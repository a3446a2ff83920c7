/** The part of the package oracledb that the oracle check uses; it brings no types. */
declare module 'oracledb' {
  interface Result {
    readonly rows?: readonly unknown[];
    readonly rowsAffected?: number;
  }
  interface Connection {
    execute(
      query: string,
      binds: readonly unknown[],
      options: { readonly maxRows: number; readonly autoCommit: boolean },
    ): Promise<Result>;
    close(): Promise<void>;
  }
  const oracledb: {
    getConnection(options: {
      readonly user: string;
      readonly password: string;
      readonly connectString: string;
    }): Promise<Connection>;
  };
  export default oracledb;
}
