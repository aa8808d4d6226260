module charge

go 1.21
