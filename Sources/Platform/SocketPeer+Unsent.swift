import CShims

extension SocketPeer {
    /// How many bytes the kernel has taken and the other side has not acknowledged yet; 0 when it
    /// cannot tell.
    ///
    /// A socket takes bytes by the hundred thousand: only this tells how fast they are read.
    public var unacknowledgedByteCount: Int { max(0, Int(bindery_unsent(descriptor))) }
}
