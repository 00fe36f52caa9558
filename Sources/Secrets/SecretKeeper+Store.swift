public import Model

extension SecretKeeper {
    /// A keeper over one store: for a program that brings its secrets with it.
    public convenience init(_ store: any SecretStore, for scheme: SecretReference.Scheme) {
        self.init(stores: [scheme: store])
    }
}
