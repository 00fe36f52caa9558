/// A private key of RSA that is used nowhere, as a file has it, and its public half.
public enum RSAKeyFile {
    /// PEM of PKCS #8.
    public static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC8xhrzaFBRNU9+
        RGQWhaqlsifpeMjY/3+piSHtBsy0fqRleBbFAxwV02p0SDMwx25Br8CYQ95hd+0R
        3426OMl19MR10vtjpBmL+JE0CJB/1StKLCzmcuCciPnteq22NFvsQFTCVMuebFx6
        VSG1VZxBhkjxbDsNhBDUvkKjAB+ZX5EHDWvQcBHat2agOVRm2VaSpiivtBjUnsvY
        fRl136rpEzr0wayVgJKFHOvzH98kTpRO8+rPxd6/fyp60tHFSHEbjHWIoey1OKEm
        xw51LIFfsL4a2oWLE1EJtAq0B3H9pg/Mqq4jZbW4K+3OC785OQBYoZLuy6zH5xuq
        +EKhMSGLAgMBAAECggEAFK+KtYCJSJTUbKw24YbtL7IJkJp1O94nkZ7e0lfr5513
        C01xBU61bajYofxla6N28Ai/zI+nVzvqhQpfv/fID75uJtEjTgRl7kIjOzXzC6cC
        0uJrWydceJrD9GN8lJpBNm7IOvFKzMXoDlm002eZs05xQM9Q20bNB1r/91eknsw7
        EggOn6rNVnQZHC88u2BzKQkw/SyD42fbHrOtqE2iLOhoPw/LEiTWtYkP7VTsQIBG
        qmgMmSMjMO5f+c4+Wdl1VuysftPezOR9RbpLP/stBnVJzaAqGSTp8eCWw0tCVTde
        v27wdVRiR/oOeOznNboMTLORbRYsmTY/cEkufw2l1QKBgQD4L/xx1f6L2R5jr9/C
        2mBXH2E3guFhBj5t+FeqWAUddh6bXP4Ip2mYdxuyEwdTLNMQK2mCEpnc0ymyDLQt
        HKlFRoKDxZD3k6H42b/cHPuumV+N7OoaYZzzGCeF7AExhH7qJmA5D/Uxv/gj74O/
        BNoVnJrUe1vK6fOUgF/OtZ6j7wKBgQDCt1X3S/ibsDxBXWHS51k8I9pNgYnVzlmT
        M58ID7WRwsjOvL8pctxcOz/JxNTHTdrCaGvOTxE5jFDgEVul0Ft4dbxX6Kkzs03A
        zPIPBrQ3777rK21al8WknxiJImzALhcyPXInf4b8sY4xCGKsZLwY/t6VODAaWp1m
        LHsEGsOQJQKBgQDIaDc41MvOsWvQo1vUQ/I3Z6dg49aKOjh/JGHls12uBIuCePzI
        kCa8brF2gdcQWsmz7NotpkeIARtSIt/67YHh5qXNMeN1h0jrYSmD3AN/YWm/eOcw
        llHeGksP4Rq1mX/CI2rfqPsdSR5eJjIENS7E9Mgxe8sLdw6xg1fZ2t5XEQKBgFLS
        cLpzkheG6tpSwh1XUlmGVoDJLLvIvckjF+3x4KVTWN624gjbVmfUu9ky496yeu5e
        RBzI/OahjHUCbR0mdwHR8n7h87aN+fCcPAmwLE/upiKZojX6gJL5KRKLlf5YnH0+
        LaQnVl99lqG8k1wIrQlkv4BxGeTbzj97hAfG6pARAoGBAIfnYFWcbUIlQJbchfhE
        EGKOGwGnbBaN3IZ2+oVdNDhNqH1eOTjnZwum5sm4f3BFEzpeT8UGMxys07DDtkUp
        ai0UNwUKwmchmtMn/3aGBXrGMsnXRehETEpBOrarbtJLZLW71bhJiGEQKCiSiaXd
        RGfeKDeVZJ9wyclI/qhqyTL+
        -----END PRIVATE KEY-----

        """
    /// PEM of PKCS #1 whose private numbers are all 0: it reads as a key, and signs nothing.
    public static let brokenPEM = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIBHwIBAAKCAQEAvMYa82hQUTVPfkRkFoWqpbIn6XjI2P9/qYkh7QbMtH6kZXgW
        xQMcFdNqdEgzMMduQa/AmEPeYXftEd+NujjJdfTEddL7Y6QZi/iRNAiQf9UrSiws
        5nLgnIj57XqttjRb7EBUwlTLnmxcelUhtVWcQYZI8Ww7DYQQ1L5CowAfmV+RBw1r
        0HAR2rdmoDlUZtlWkqYor7QY1J7L2H0Zdd+q6RM69MGslYCShRzr8x/fJE6UTvPq
        z8Xev38qetLRxUhxG4x1iKHstTihJscOdSyBX7C+GtqFixNRCbQKtAdx/aYPzKqu
        I2W1uCvtzgu/OTkAWKGS7susx+cbqvhCoTEhiwIDAQABAgEAAgEAAgEAAgEAAgEA
        AgEA
        -----END RSA PRIVATE KEY-----

        """
    /// The modulus in hexadecimal; the exponent is 65537.
    public static let modulus =
        "bcc61af3685051354f7e44641685aaa5b227e978c8d8ff7fa98921ed06ccb47ea4657816c5031c15"
        + "d36a74483330c76e41afc09843de6177ed11df8dba38c975f4c475d2fb63a4198bf8913408907fd5"
        + "2b4a2c2ce672e09c88f9ed7aadb6345bec4054c254cb9e6c5c7a5521b5559c418648f16c3b0d8410"
        + "d4be42a3001f995f91070d6bd07011dab766a0395466d95692a628afb418d49ecbd87d1975dfaae9"
        + "133af4c1ac958092851cebf31fdf244e944ef3eacfc5debf7f2a7ad2d1c548711b8c7588a1ecb538"
        + "a126c70e752c815fb0be1ada858b135109b40ab40771fda60fccaaae2365b5b82bedce0bbf393900"
        + "58a192eecbacc7e71baaf842a131218b"
}
